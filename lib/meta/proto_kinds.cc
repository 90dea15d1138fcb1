#include "meta/proto_kinds.h"

#include <array>

namespace annex::meta {
namespace {

using enum ProtoForm;
using enum ProtoCount;

// apimachinery pkg/apis/meta/v1/generated.proto

constexpr ProtoField kShardInfoFields[] = {{"selector", 1, kText, kAlways}};
constexpr ProtoMessage kShardInfo{.fields = kShardInfoFields};

constexpr ProtoField kListMetaFields[] = {{"selfLink", 1, kText, kAlways},
                                          {"resourceVersion", 2, kText, kAlways},
                                          {"continue", 3, kText, kAlways},
                                          {"remainingItemCount", 4, kCount},
                                          {"shardInfo", 5, kMessage, kOptional, &kShardInfo}};
constexpr ProtoMessage kListMeta{.fields = kListMetaFields};

constexpr ProtoField kCauseFields[] = {
    {"reason", 1, kText, kAlways}, {"message", 2, kText, kAlways}, {"field", 3, kText, kAlways}};
constexpr ProtoMessage kCause{.fields = kCauseFields};

constexpr ProtoField kDetailsFields[] = {{"name", 1, kText, kAlways},
                                         {"group", 2, kText, kAlways},
                                         {"kind", 3, kText, kAlways},
                                         {"causes", 4, kMessage, kRepeated, &kCause},
                                         {"retryAfterSeconds", 5, kCount, kAlways},
                                         {"uid", 6, kText, kAlways}};
constexpr ProtoMessage kDetails{.fields = kDetailsFields};

constexpr ProtoField kStatusFields[] = {{"metadata", 1, kMessage, kAlways, &kListMeta},
                                        {"status", 2, kText, kAlways},
                                        {"message", 3, kText, kAlways},
                                        {"reason", 4, kText, kAlways},
                                        {"details", 5, kMessage, kOptional, &kDetails},
                                        {"code", 6, kCount, kAlways}};
constexpr ProtoMessage kStatus{.fields = kStatusFields};

constexpr ProtoField kOwnerFields[] = {
    {"kind", 1, kText, kAlways}, {"name", 3, kText, kAlways},
    {"uid", 4, kText, kAlways},  {"apiVersion", 5, kText, kAlways},
    {"controller", 6, kFlag},    {"blockOwnerDeletion", 7, kFlag}};
constexpr ProtoMessage kOwner{.fields = kOwnerFields};

constexpr ProtoField kFieldsV1Fields[] = {{{}, 1, kJson}};
constexpr ProtoMessage kFieldsV1{.fields = kFieldsV1Fields, .choose = choose_first};

constexpr ProtoField kManagedFields[] = {
    {"manager", 1, kText, kAlways},    {"operation", 2, kText, kAlways},
    {"apiVersion", 3, kText, kAlways}, {"time", 4, kTime},
    {"fieldsType", 6, kText, kAlways}, {"fieldsV1", 7, kMessage, kOptional, &kFieldsV1},
    {"subresource", 8, kText, kAlways}};
constexpr ProtoMessage kManaged{.fields = kManagedFields};

constexpr ProtoField kObjectMetaFields[] = {
    {"name", 1, kText, kAlways},
    {"generateName", 2, kText, kAlways},
    {"namespace", 3, kText, kAlways},
    {"selfLink", 4, kText, kAlways},
    {"uid", 5, kText, kAlways},
    {"resourceVersion", 6, kText, kAlways},
    {"generation", 7, kCount, kAlways},
    {"creationTimestamp", 8, kTime, kAlways},
    {"deletionTimestamp", 9, kTime},
    {"deletionGracePeriodSeconds", 10, kCount},
    {"labels", 11, kMap},
    {"annotations", 12, kMap},
    {"ownerReferences", 13, kMessage, kRepeated, &kOwner},
    {"finalizers", 14, kText, kRepeated},
    {"managedFields", 17, kMessage, kRepeated, &kManaged},
};
constexpr ProtoMessage kObjectMeta{.fields = kObjectMetaFields};

constexpr ProtoField kPartialFields[] = {{"metadata", 1, kMessage, kAlways, &kObjectMeta}};
constexpr ProtoMessage kPartial{.fields = kPartialFields};

constexpr ProtoField kPartialListFields[] = {{"metadata", 1, kMessage, kAlways, &kListMeta},
                                             {"items", 2, kMessage, kRepeated, &kPartial}};
constexpr ProtoMessage kPartialList{.fields = kPartialListFields};

constexpr ProtoField kGroupVersionFields[] = {{"groupVersion", 1, kText, kAlways},
                                              {"version", 2, kText, kAlways}};
constexpr ProtoMessage kGroupVersion{.fields = kGroupVersionFields};

constexpr ProtoField kServerAddressFields[] = {{"clientCIDR", 1, kText, kAlways},
                                               {"serverAddress", 2, kText, kAlways}};
constexpr ProtoMessage kServerAddress{.fields = kServerAddressFields};

constexpr ProtoField kGroupFields[] = {
    {"name", 1, kText, kAlways},
    {"versions", 2, kMessage, kRepeated, &kGroupVersion},
    {"preferredVersion", 3, kMessage, kAlways, &kGroupVersion},
    {"serverAddressByClientCIDRs", 4, kMessage, kRepeated, &kServerAddress}};
constexpr ProtoMessage kGroup{.fields = kGroupFields};

constexpr ProtoField kGroupListFields[] = {{"groups", 1, kMessage, kRepeated, &kGroup}};
constexpr ProtoMessage kGroupList{.fields = kGroupListFields};

constexpr ProtoField kVerbsFields[] = {{{}, 1, kText, kRepeated}};
constexpr ProtoMessage kVerbs{.fields = kVerbsFields, .choose = choose_first};

constexpr ProtoField kResourceFields[] = {
    {"name", 1, kText, kAlways},         {"namespaced", 2, kFlag, kAlways},
    {"kind", 3, kText, kAlways},         {"verbs", 4, kMessage, kOptional, &kVerbs},
    {"shortNames", 5, kText, kRepeated}, {"singularName", 6, kText, kAlways},
    {"categories", 7, kText, kRepeated}, {"group", 8, kText, kAlways},
    {"version", 9, kText, kAlways},      {"storageVersionHash", 10, kText, kAlways}};
constexpr ProtoMessage kResource{.fields = kResourceFields};

constexpr ProtoField kResourceListFields[] = {{"groupVersion", 1, kText, kAlways},
                                              {"resources", 2, kMessage, kRepeated, &kResource}};
constexpr ProtoMessage kResourceList{.fields = kResourceListFields};

// api apidiscovery/v2/generated.proto; v2beta1 is the same

constexpr ProtoField kKindFields[] = {
    {"group", 1, kText, kAlways}, {"version", 2, kText, kAlways}, {"kind", 3, kText, kAlways}};
constexpr ProtoMessage kKind{.fields = kKindFields};

constexpr ProtoField kSubresourceFields[] = {{"subresource", 1, kText, kAlways},
                                             {"responseKind", 2, kMessage, kOptional, &kKind},
                                             {"acceptedTypes", 3, kMessage, kRepeated, &kKind},
                                             {"verbs", 4, kText, kRepeated}};
constexpr ProtoMessage kSubresource{.fields = kSubresourceFields};

constexpr ProtoField kDiscoveredFields[] = {
    {"resource", 1, kText, kAlways},     {"responseKind", 2, kMessage, kOptional, &kKind},
    {"scope", 3, kText, kAlways},        {"singularResource", 4, kText, kAlways},
    {"verbs", 5, kText, kRepeated},      {"shortNames", 6, kText, kRepeated},
    {"categories", 7, kText, kRepeated}, {"subresources", 8, kMessage, kRepeated, &kSubresource}};
constexpr ProtoMessage kDiscovered{.fields = kDiscoveredFields};

constexpr ProtoField kVersionFields[] = {{"version", 1, kText, kAlways},
                                         {"resources", 2, kMessage, kRepeated, &kDiscovered},
                                         {"freshness", 3, kText, kAlways}};
constexpr ProtoMessage kVersion{.fields = kVersionFields};

constexpr ProtoField kGroupDiscoveryFields[] = {{"metadata", 1, kMessage, kAlways, &kObjectMeta},
                                                {"versions", 2, kMessage, kRepeated, &kVersion}};
constexpr ProtoMessage kGroupDiscovery{.fields = kGroupDiscoveryFields};

constexpr ProtoField kDiscoveryListFields[] = {{"metadata", 1, kMessage, kAlways, &kListMeta},
                                               {"items", 2, kMessage, kRepeated, &kGroupDiscovery}};
constexpr ProtoMessage kDiscoveryList{.fields = kDiscoveryListFields};

struct Kind {
  std::string_view group;
  std::string_view kind;
  const ProtoMessage* message;
};

constexpr std::array<Kind, 7> kKinds{{
    {"", "Status", &kStatus},
    {"", "APIGroup", &kGroup},
    {"", "APIGroupList", &kGroupList},
    {"", "APIResourceList", &kResourceList},
    {"meta.k8s.io", "PartialObjectMetadata", &kPartial},
    {"meta.k8s.io", "PartialObjectMetadataList", &kPartialList},
    {"apidiscovery.k8s.io", "APIGroupDiscoveryList", &kDiscoveryList},
}};

constexpr ProtoField kPreconditionsFields[] = {{"uid", 1, kText}, {"resourceVersion", 2, kText}};
constexpr ProtoMessage kPreconditions{.fields = kPreconditionsFields};

constexpr ProtoField kDeleteOptionsFields[] = {
    {"gracePeriodSeconds", 1, kCount},
    {"preconditions", 2, kMessage, kOptional, &kPreconditions},
    {"orphanDependents", 3, kFlag},
    {"propagationPolicy", 4, kText},
    {"dryRun", 5, kText, kRepeated},
    {"ignoreStoreReadErrorWithClusterBreakingPotential", 6, kFlag}};

constexpr ProtoField kTypeMetaFields[] = {{"apiVersion", 1, kText, kAlways},
                                          {"kind", 2, kText, kAlways}};

}  // namespace

const ProtoMessage kProtoDeleteOptions{.fields = kDeleteOptionsFields};
const ProtoMessage kProtoTypeMeta{.fields = kTypeMetaFields};

const ProtoMessage* proto_kind(std::string_view api_version, std::string_view kind) {
  const std::size_t slash = api_version.find('/');
  const std::string_view group =
      slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
  for (const Kind& each : kKinds) {
    if (each.group == group && each.kind == kind) return each.message;
  }
  return nullptr;
}

}  // namespace annex::meta
