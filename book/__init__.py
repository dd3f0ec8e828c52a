"""The chapters as pages: each derivation beside its code, each equation with its evidence.

tokens      GitHub's Markdown to tokens; an equation with its mark is one
dialect     tokens to HTML, with links into the book
tex         finds the letters in a formula, and wraps those wanted
symbols     legends: what a letter means, and which names in the code it is
letters     a chapter's letters: in formula and code, one colour, one light
formulas    collects all formulas, renders them in one process of KaTeX
code        source line by line: highlighted, with symbols and equations marked
caught      runs every slip once, for a reader to see it being caught
slip        such a slip as HTML
evidence    what stands under an equation: the ledger, the laws, the slips
graph       what rests on what, in layers, as SVG
site        the pages there are, and where links lead
chapter     a document as HTML: all of these together
pages       the frame of every page, the contents, the graph, the sources
build       the whole book into a folder
"""
