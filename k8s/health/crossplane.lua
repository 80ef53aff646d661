-- What Crossplane makes elsewhere, and its providers. An object refers to others that are made at the same time, and says that
-- it could not be synced until they are there.
local asked = { Ready = true, Synced = true, LastAsyncOperation = true, Installed = true, Healthy = true }
local good = {}
for _, condition in ipairs(status.conditions or {}) do
  if asked[condition.type] and condition.status ~= "True" then
    return unmet(condition, condition.type)
  end
  good[condition.type] = true
end
if good.Ready or (good.Installed and good.Healthy) then
  return healthy()
end
return waits("waits for its provider")
