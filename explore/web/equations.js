// Integrals over one code z: the KL divergence of two Gaussians as an area, and the bound beside
// log p(x). Gaussians are N(mu, exp(logvar)); numbers are in nats.

import { softplusOf } from "./arrays.js";

const LOG_2PI = Math.log(2 * Math.PI);

/** log N(z; mu, exp(logvar)) */
export function logNormal(z, mu, logvar) {
  return -0.5 * (LOG_2PI + logvar + (z - mu) ** 2 * Math.exp(-logvar));
}

/** KL( N(mu, exp(logvar)) || N(mu2, exp(logvar2)) ), in nats, in closed form. */
export function klGaussians(mu, logvar, mu2, logvar2) {
  const squares = (mu - mu2) ** 2 * Math.exp(-logvar2), ratio = logvar - logvar2;
  return 0.5 * (squares + Math.exp(ratio) - 1 - ratio); // (vae.11)
}

/** q log(q / p) at z: what (vae.2) integrates. */
export function klIntegrand(z, mu, logvar, mu2, logvar2) {
  const logQ = logNormal(z, mu, logvar);
  return Math.exp(logQ) * (logQ - logNormal(z, mu2, logvar2));
}

/** Its area above the axis and that below, by sums over 12 standard deviations of q to either side. */
export function klAreas(mu, logvar, mu2, logvar2, points = 20000) {
  const reach = 12 * Math.exp(0.5 * logvar), dz = (2 * reach) / points;
  let above = 0, below = 0;
  for (let n = 0; n <= points; n++) {
    const height = klIntegrand(mu - reach + n * dz, mu, logvar, mu2, logvar2) * dz;
    if (height > 0) above += height;
    else below -= height;
  }
  return { above, below };
}

/** log p(x|z) of one image by its code z, which is one number from N(0, 1). */
export const LIKELIHOODS = {
  normal: (z) => logNormal(1, z, 0), // x from N(z, 1), seen at 1: the posterior is N(1/2, 1/2)
  "two peaks": (z) => -softplusOf(6 - 4 * z * z), // a black pixel whose logit is 4 z^2 - 6
};

/** log p(x), the bound's two terms for q = N(mu, exp(logvar)), and the gap, by sums over z. */
export function boundOfOneCode(kind, mu, logvar, reach = 12, points = 24000) {
  const logLikelihood = LIKELIHOODS[kind], dz = (2 * reach) / points;
  let p = 0, reconstruction = 0, mass = 0;
  for (let n = 0; n <= points; n++) {
    const z = -reach + n * dz, ll = logLikelihood(z);
    p += Math.exp(ll + logNormal(z, 0, 0)) * dz; // (vae.1)
    const q = Math.exp(logNormal(z, mu, logvar)) * dz;
    reconstruction += q * ll;
    mass += q;
  }
  const logP = Math.log(p), kl = klGaussians(mu, logvar, 0, 0), bound = reconstruction / mass - kl;
  return { logP, reconstruction: reconstruction / mass, kl, bound, gap: logP - bound }; // (vae.4)
}
