"""One page on which the trained models run in the browser.

trainings   the models of the page, and how they are trained
pack        their weights, and test digits, as arrays of 16 bits
calls       a call of a function of the page, with what Python gets for it
vectors     what Python gets from those weights: what the page's own functions must get, too
            (vectors_networks: VAE and GAN; vectors_small: the game and the equations)
page        one file of HTML: the modules of explore/web, the style, the arrays
"""
