#include "annex/meta/object_meta.h"

namespace annex::meta {

// The descriptions that clients see come with the shared OpenAPI definitions, which are served as
// released Kubernetes has them; those here are for readers of this code.

void describe(schema::Object<OwnerReference>& reference) {
  reference.model_name("io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference").atomic();
  reference.field<&OwnerReference::api_version>("apiVersion", "The owner's group and version.")
      .defaulted();
  reference.field<&OwnerReference::kind>("kind", "The owner's kind.").defaulted();
  reference.field<&OwnerReference::name>("name", "The owner's name.").defaulted();
  reference.field<&OwnerReference::uid>("uid", "The owner's uid.").defaulted();
  reference.field<&OwnerReference::controller>("controller", "The owner manages this object.");
  reference.field<&OwnerReference::block_owner_deletion>(
      "blockOwnerDeletion", "A foreground deletion of the owner waits for this object.");
}

void describe(schema::Object<ManagedFieldsEntry>& entry) {
  entry.model_name("io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry");
  entry.field<&ManagedFieldsEntry::manager>("manager", "Who set the fields.");
  entry.field<&ManagedFieldsEntry::operation>("operation", "Apply or Update.");
  entry.field<&ManagedFieldsEntry::api_version>("apiVersion", "The version of the fields.");
  entry.field<&ManagedFieldsEntry::time>("time", "When they were set.");
  entry.field<&ManagedFieldsEntry::fields_type>("fieldsType", "FieldsV1.");
  entry.field<&ManagedFieldsEntry::fields_v1>("fieldsV1", "The set of fields.");
  entry.field<&ManagedFieldsEntry::subresource>("subresource", "Through which subresource.");
}

void describe(schema::Object<ObjectMeta>& metadata) {
  metadata.model_name("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  metadata.field<&ObjectMeta::name>("name", "Unique within the namespace.");
  metadata.field<&ObjectMeta::generate_name>("generateName", "Prefix of a name to be made.");
  metadata.field<&ObjectMeta::name_space>("namespace", "Empty for cluster-scoped objects.");
  metadata.field<&ObjectMeta::uid>("uid", "Unique in time and space.");
  metadata.field<&ObjectMeta::resource_version>("resourceVersion", "Opaque; of the last write.");
  metadata.field<&ObjectMeta::generation>("generation", "Counts changes of the desired state.");
  metadata.field<&ObjectMeta::creation_timestamp>("creationTimestamp", "When it was created.");
  metadata.field<&ObjectMeta::deletion_timestamp>("deletionTimestamp", "When it is to go.");
  metadata.field<&ObjectMeta::deletion_grace_period_seconds>("deletionGracePeriodSeconds",
                                                             "How long it may take to end.");
  metadata.field<&ObjectMeta::labels>("labels", "For selecting.");
  metadata.field<&ObjectMeta::annotations>("annotations", "For tools.");
  metadata.field<&ObjectMeta::owner_references>("ownerReferences", "What it depends on.")
      .list_map("uid")
      .duplicates_allowed();
  metadata.field<&ObjectMeta::finalizers>("finalizers", "What must be done before it goes.")
      .list_set()
      .duplicates_allowed();
  metadata.field<&ObjectMeta::managed_fields>("managedFields", "Who set what.");
}

}  // namespace annex::meta
