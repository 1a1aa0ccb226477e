"""PAGES → NUMBERS: what is wrong with a page, where, and how much. Shares no code with reader and writer, to be able to contradict them.

findings  one thing wrong with a page, and where        inputs    files, folders, globs and stdin, read as pages
tags      the tag stream of a page, without a tree      result    everything known of one page, and one score in [0, 1]
syntax    the Standard's parser: codes, places, a tree  report    evaluations as a table, JSON, or JSON lines
document  a page as that parser sees it, as events      encoding  bytes as text, and what is wrong with them
parsing   what html5lib reports                         rules     what each finding is called, and where it comes from
balance   which tags have no partner, or cross another  pairs     a page held to the page it should be
score     one page judged by all of these               caching   what is known of pages that were judged before
"""
