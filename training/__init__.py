"""Around a training: settings, streams of random numbers, a run's folder, progress. No model."""
