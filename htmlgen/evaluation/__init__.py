"""PAGES → NUMBERS: what is wrong with a page, where, and how much. Shares no code with reader and writer, to be able to contradict them.

findings  one thing wrong with a page, and where       values       attributes and their values
tags      the tag stream of a page, without a tree     conformance  a page held against a grammar and the Standard
syntax    the Standard's parser: codes, places, a tree likeness     sets of pages beside others
document  a page as that parser sees it, as events     running      files, folders and stdin, judged in several processes
parsing   what html5lib reports                        screening    which findings are kept
balance   which tags have no partner, or cross another pairs        a page held to the page it should be
result    everything known of one page, and its score  reports      evaluations as a table, JSON, HTML, SARIF and others
score     one page judged by all of these              rules        what each finding is called, and where it comes from
"""
