-- CronJob: ours are suspended and only copied from. Argo CD's own check counts that as Suspended, and a failed run as Degraded:
-- the region would not be healthy for a sync, nor for a verification.
return healthy("runs when it is asked for")
