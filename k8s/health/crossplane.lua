-- What Crossplane makes elsewhere, and its providers. An object refers to others that are made at the same time, and says that
-- it could not be synced until they are there.
local os = require("os")
local asked = { Ready = true, Synced = true, LastAsyncOperation = true, Installed = true, Healthy = true }
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
local good = {}
for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
  if asked[condition.type] and condition.status ~= "True" then
    local since = condition.lastTransitionTime or obj.metadata.creationTimestamp
    local status = since < limit and "Degraded" or "Progressing"
    return { status = status, message = condition.message or condition.reason or condition.type }
  end
  good[condition.type] = true
end
if good.Ready or (good.Installed and good.Healthy) then
  return { status = "Healthy", message = "" }
end
return { status = "Progressing", message = "waits for its provider" }
