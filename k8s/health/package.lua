-- A package of Crossplane: installed, and its program up. While it is fetched it is not broken: Argo CD's own check says so.
local os = require("os")
local conditions = obj.status ~= nil and obj.status.conditions or {}
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
local good = {}

for _, condition in ipairs(conditions) do
  if condition.type == "Installed" or condition.type == "Healthy" then
    if condition.status == "True" then
      good[condition.type] = true
    elseif condition.status == "False" and (condition.lastTransitionTime or obj.metadata.creationTimestamp) < limit then
      return { status = "Degraded", message = condition.message or condition.reason or condition.type }
    end
  end
end
if good.Installed and good.Healthy then
  return { status = "Healthy", message = "" }
end
return { status = "Progressing", message = "it is not up yet" }
