import { HoursEditor } from './hours-editor.js';
import { ServiceChooser } from './service-chooser.js';

/** When offices are open: one at a time, as a week. */
export function HoursScreen() {
  return (
    <ServiceChooser kind="hours">{(service) => <HoursEditor key={service.name} service={service} />}</ServiceChooser>
  );
}
