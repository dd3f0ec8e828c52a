"""Laws of the bound: the KL of Gaussians, reparameterised samples."""

import numpy as np

from grading.laws.draws import numbers
from grading.laws.law import law

mean, logvar = numbers(30), numbers(-20, 20)
KL = "vae.elbo.kl_diag_gaussian"


@law("vae.8", KL, mean=mean, logvar=logvar)
def the_kl_is_never_negative_and_zero_only_at_the_prior(kl, mean, logvar):
    found = kl(np.array([[mean]]), np.array([[logvar]]))[0]
    assert found >= 0.5 * mean * mean - 1e-15
    assert found > 0 or abs(logvar) < 1e-7
