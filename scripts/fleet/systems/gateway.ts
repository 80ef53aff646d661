import { parse } from 'yaml';
import { at, numberAt, textAt, type Json } from '../../rendered/fields.ts';
import { nodeLabelsOf, podFootprint } from '../pod.ts';
import { fixed, nothing, specOf, type Expand } from '../workload.ts';
import { only } from './built-in.ts';

/** Istio's gateway of other regions: what it is made of stands in the ConfigMap that it names, as the text of a Deployment. */
export const expandGateway: Expand = (object, neighbours) => {
  const spec = specOf(object);
  if (object.kind !== 'Gateway' || textAt(spec, 'gatewayClassName') !== 'istio-east-west') return undefined;
  const name = textAt(spec, 'infrastructure', 'parametersRef', 'name') ?? '';
  const text = textAt(neighbours.find('ConfigMap', object.namespace, name)?.value, 'data', 'deployment');
  if (text === undefined) throw new RangeError(`nothing says how many pods it has: ConfigMap ${name}`);
  const deployment = parse(text) as Json;
  const pod = at(deployment, 'spec', 'template', 'spec');
  return only({
    system: 'api-gateway',
    object,
    part: '',
    role: 'helper',
    pods: fixed(numberAt(deployment, 'spec', 'replicas') ?? 1),
    main: podFootprint(pod),
    sidecars: nothing,
    diskBytesEach: 0,
    nodeLabels: nodeLabelsOf(pod),
  });
};
