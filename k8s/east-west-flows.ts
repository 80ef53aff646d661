import { leanersOf, leansOn } from './mesh-links.ts';
import { meshNames } from './names.ts';
import { edgeParties, gatewayPods, operatorPods, type Party } from './parties.ts';
import { meshPort, type Place } from './place.ts';

type PortsBetween = { readonly from: Party; readonly to: Party; readonly ports: readonly number[] };

/**
 * Kong to the regions that this one leans on, and from those that lean on it to its gateways. The proxy of a node sends with
 * the address of the pod that asks; jobs stay in their cluster, so that a smoke test speaks of its own region.
 */
export function eastWestFlows(place: Place): readonly PortsBetween[] {
  const { kong, eastWest } = edgeParties;
  const leaners = leanersOf(place);
  const there = leansOn(place).flatMap((region) => region.eastWest?.addresses ?? []);
  return [
    ...(there.length === 0
      ? []
      : [flow(kong, { ranges: there.map((address) => `${address}/32`) }, [meshPort])]),
    ...(leaners.length === 0
      ? []
      : [
          flow({ ranges: leaners.map(({ network }) => network.range) }, eastWest, [meshPort]),
          flow({ ranges: [place.region.network.loadBalancers] }, eastWest, [meshNames.healthPort]),
          flow(eastWest, gatewayPods, [meshPort]),
          flow(eastWest, operatorPods(place, 'istiod'), [meshNames.controlPort]),
        ]),
  ];
}

function flow(from: Party, to: Party, ports: readonly number[]): PortsBetween {
  return { from, to, ports };
}
