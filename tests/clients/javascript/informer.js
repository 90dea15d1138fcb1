// The official JavaScript client's informer as a judge: see ../churn.py.
import { createInterface } from 'node:readline';
import * as k8s from '@kubernetes/client-node';

const [kubeconfig, group, version, plural, namespace] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const objects = config.makeApiClient(k8s.CustomObjectsApi);
const list = () => objects.listNamespacedCustomObject({ group, version, namespace, plural });
const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
const informer = k8s.makeInformer(config, path, list);

const tell = (type, more = {}) => console.log(JSON.stringify({ type, ...more }));
const of = (object) => ({ name: object.metadata.name, revision: object.metadata.resourceVersion, n: object.metadata.labels?.n });
informer.on('add', (object) => tell('ADDED', of(object)));
informer.on('update', (object) => tell('MODIFIED', of(object)));
informer.on('delete', (object) => tell('DELETED', of(object)));
// The client leaves it to its user to go on after an error.
informer.on('error', () => setTimeout(() => informer.start(), 200));
await informer.start();
tell('SYNCED');

createInterface({ input: process.stdin })
  .on('line', () => {
    const store = Object.fromEntries(
      informer.list(namespace).map((object) => [object.metadata.name, object.metadata.resourceVersion]));
    tell('STORE', { store });
  })
  .on('close', () => process.exit(0));
