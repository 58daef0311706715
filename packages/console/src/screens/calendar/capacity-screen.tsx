import { CapacityEditor } from './capacity-editor.js';
import { ServiceChooser } from './service-chooser.js';

/** How many callbacks can be booked at which hour: one capacity service at a time, as a week. */
export function CapacityScreen() {
  return (
    <ServiceChooser kind="capacity">
      {(service) => <CapacityEditor key={service.name} service={service} />}
    </ServiceChooser>
  );
}
