"""The parser of the HTML Standard, section 13.2: a page's tree, with places, and its parse errors under the Standard's codes.

characters ──tokenizer──▶ tags, text ──construction, insertion modes──▶ tree
"""
