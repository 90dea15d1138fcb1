import com.google.gson.Gson;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.util.Config;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesListObject;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The official Java client's informer as a judge: see ../churn.py. */
public final class Informer {
  private static final Gson GSON = new Gson();

  private static synchronized void tell(String type, Map<String, Object> more) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", type);
    line.putAll(more);
    System.out.println(GSON.toJson(line));
  }

  private static void change(String type, DynamicKubernetesObject object) {
    tell(
        type,
        Map.of(
            "name", object.getMetadata().getName(),
            "revision", object.getMetadata().getResourceVersion(),
            "n", object.getMetadata().getLabels().get("n")));
  }

  public static void main(String[] given) throws Exception {
    String group = given[1], version = given[2], plural = given[3], namespace = given[4];
    ApiClient client = Config.fromConfig(given[0]);
    client.setReadTimeout(0); // else a watch that is quiet for ten seconds ends
    SharedInformerFactory factory = new SharedInformerFactory(client);
    DynamicKubernetesApi api = new DynamicKubernetesApi(group, version, plural, client);
    SharedIndexInformer<DynamicKubernetesObject> informer =
        factory.sharedIndexInformerFor(
            (GenericKubernetesApi<DynamicKubernetesObject, DynamicKubernetesListObject>) api,
            DynamicKubernetesObject.class,
            0,
            namespace);
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(DynamicKubernetesObject object) {
            change("ADDED", object);
          }

          @Override
          public void onUpdate(DynamicKubernetesObject before, DynamicKubernetesObject object) {
            String old = before.getMetadata().getResourceVersion();
            if (!old.equals(object.getMetadata().getResourceVersion())) {
              change("MODIFIED", object);
            } // else told again by a list after a break
          }

          @Override
          public void onDelete(DynamicKubernetesObject object, boolean finalStateUnknown) {
            change(finalStateUnknown ? "GUESSED" : "DELETED", object);
          }
        });
    factory.startAllRegisteredInformers();
    while (!informer.hasSynced()) {
      Thread.sleep(20);
    }
    tell("SYNCED", Map.of());
    BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
    while (asked.readLine() != null) {
      Map<String, String> store = new TreeMap<>();
      for (DynamicKubernetesObject object : informer.getIndexer().list()) {
        store.put(object.getMetadata().getName(), object.getMetadata().getResourceVersion());
      }
      tell("STORE", Map.of("store", store));
    }
    System.exit(0);
  }
}
