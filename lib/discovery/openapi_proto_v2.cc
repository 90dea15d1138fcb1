// The messages of google/gnostic-models openapiv2/OpenAPIv2.proto.
#include "openapi_proto.h"

namespace annex::discovery {
namespace openapi_v2 {

using meta::choose_first;
using meta::ProtoField;
using meta::ProtoMessage;
using enum meta::ProtoForm;
using enum meta::ProtoCount;

extern const ProtoMessage kSchema;

constexpr ProtoField kContactFields[] = {
    {"name", 1, kText}, {"url", 2, kText}, {"email", 3, kText}};
constexpr ProtoMessage kContact{.fields = kContactFields, .extensions = extensions_at(4)};

constexpr ProtoField kLicenseFields[] = {{"name", 1, kText}, {"url", 2, kText}};
constexpr ProtoMessage kLicense{.fields = kLicenseFields, .extensions = extensions_at(3)};

constexpr ProtoField kInfoFields[] = {{"title", 1, kText},
                                      {"version", 2, kText},
                                      {"description", 3, kText},
                                      {"termsOfService", 4, kText},
                                      {"contact", 5, kMessage, kOptional, &kContact},
                                      {"license", 6, kMessage, kOptional, &kLicense}};
constexpr ProtoMessage kInfo{.fields = kInfoFields, .extensions = extensions_at(7)};

constexpr ProtoField kExternalDocsFields[] = {{"description", 1, kText}, {"url", 2, kText}};
constexpr ProtoMessage kExternalDocs{.fields = kExternalDocsFields, .extensions = extensions_at(3)};

constexpr ProtoField kXmlFields[] = {{"name", 1, kText},
                                     {"namespace", 2, kText},
                                     {"prefix", 3, kText},
                                     {"attribute", 4, kFlag},
                                     {"wrapped", 5, kFlag}};
constexpr ProtoMessage kXml{.fields = kXmlFields, .extensions = extensions_at(6)};

constexpr ProtoField kAdditionalFields[] = {{{}, 1, kMessage, kOptional, &kSchema}, {{}, 2, kFlag}};
constexpr ProtoMessage kAdditional{.fields = kAdditionalFields, .choose = choose_by_flag};

/// TypeItem and StringArray.
constexpr ProtoField kTextsFields[] = {{{}, 1, kText, kRepeated}};
constexpr ProtoMessage kTexts{.fields = kTextsFields, .choose = choose_first};

constexpr ProtoField kItemsFields[] = {{{}, 1, kMessage, kRepeated, &kSchema}};
constexpr ProtoMessage kItems{.fields = kItemsFields, .choose = choose_first};

/// Properties and Definitions.
constexpr ProtoMessage kSchemas{.entries = {{}, 1, kMessage, kOptional, &kSchema}};

constexpr ProtoField kSchemaFields[] = {
    {"$ref", 1, kText},
    {"format", 2, kText},
    {"title", 3, kText},
    {"description", 4, kText},
    {"default", 5, kMessage, kOptional, &kAny},
    {"multipleOf", 6, kNumber},
    {"maximum", 7, kNumber},
    {"exclusiveMaximum", 8, kFlag},
    {"minimum", 9, kNumber},
    {"exclusiveMinimum", 10, kFlag},
    {"maxLength", 11, kCount},
    {"minLength", 12, kCount},
    {"pattern", 13, kText},
    {"maxItems", 14, kCount},
    {"minItems", 15, kCount},
    {"uniqueItems", 16, kFlag},
    {"maxProperties", 17, kCount},
    {"minProperties", 18, kCount},
    {"required", 19, kText, kRepeated},
    {"enum", 20, kMessage, kRepeated, &kAny},
    {"additionalProperties", 21, kMessage, kOptional, &kAdditional},
    {"type", 22, kMessage, kOptional, &kTexts},
    {"items", 23, kMessage, kOptional, &kItems},
    {"allOf", 24, kMessage, kRepeated, &kSchema},
    {"properties", 25, kMessage, kOptional, &kSchemas},
    {"discriminator", 26, kText},
    {"readOnly", 27, kFlag},
    {"xml", 28, kMessage, kOptional, &kXml},
    {"externalDocs", 29, kMessage, kOptional, &kExternalDocs},
    {"example", 30, kMessage, kOptional, &kAny},
};
const ProtoMessage kSchema{.fields = kSchemaFields, .extensions = extensions_at(31)};

constexpr ProtoField kBodyFields[] = {{"description", 1, kText},
                                      {"name", 2, kText},
                                      {"in", 3, kText},
                                      {"required", 4, kFlag},
                                      {"schema", 5, kMessage, kOptional, &kSchema}};
constexpr ProtoMessage kBody{.fields = kBodyFields, .extensions = extensions_at(6)};

constexpr ProtoField kQueryFields[] = {{"required", 1, kFlag},        {"in", 2, kText},
                                       {"description", 3, kText},     {"name", 4, kText},
                                       {"allowEmptyValue", 5, kFlag}, {"type", 6, kText},
                                       {"format", 7, kText},          {"uniqueItems", 20, kFlag}};
constexpr ProtoMessage kQuery{.fields = kQueryFields, .extensions = extensions_at(23)};

constexpr ProtoField kPathFields[] = {
    {"required", 1, kFlag}, {"in", 2, kText},     {"description", 3, kText}, {"name", 4, kText},
    {"type", 5, kText},     {"format", 6, kText}, {"uniqueItems", 19, kFlag}};
constexpr ProtoMessage kPath{.fields = kPathFields, .extensions = extensions_at(22)};

constexpr ProtoField kNonBodyFields[] = {{{}, 3, kMessage, kOptional, &kQuery},
                                         {{}, 4, kMessage, kOptional, &kPath}};
constexpr ProtoMessage kNonBody{.fields = kNonBodyFields,
                                .choose = [](const json::Value& value) -> std::size_t {
                                  return value.at_string({"in"}) == "path" ? 1 : 0;
                                }};

constexpr ProtoField kParameterFields[] = {{{}, 1, kMessage, kOptional, &kBody},
                                           {{}, 2, kMessage, kOptional, &kNonBody}};
constexpr ProtoMessage kParameter{.fields = kParameterFields,
                                  .choose = [](const json::Value& value) -> std::size_t {
                                    return value.at_string({"in"}) == "body" ? 0 : 1;
                                  }};

constexpr ProtoField kReferenceFields[] = {{"$ref", 1, kText}, {"description", 2, kText}};
constexpr ProtoMessage kReference{.fields = kReferenceFields};

constexpr ProtoField kParameterItemFields[] = {{{}, 1, kMessage, kOptional, &kParameter},
                                               {{}, 2, kMessage, kOptional, &kReference}};
constexpr ProtoMessage kParameterItem{.fields = kParameterItemFields,
                                      .choose = choose_by_reference};

constexpr ProtoField kSchemaItemFields[] = {{{}, 1, kMessage, kOptional, &kSchema}};
constexpr ProtoMessage kSchemaItem{.fields = kSchemaItemFields, .choose = choose_first};

constexpr ProtoField kResponseFields[] = {{"description", 1, kText},
                                          {"schema", 2, kMessage, kOptional, &kSchemaItem}};
constexpr ProtoMessage kResponse{.fields = kResponseFields, .extensions = extensions_at(5)};

constexpr ProtoField kResponseValueFields[] = {{{}, 1, kMessage, kOptional, &kResponse},
                                               {{}, 2, kMessage, kOptional, &kReference}};
constexpr ProtoMessage kResponseValue{.fields = kResponseValueFields,
                                      .choose = choose_by_reference};

constexpr ProtoMessage kResponses{.entries = {{}, 1, kMessage, kOptional, &kResponseValue},
                                  .extensions = extensions_at(2)};

constexpr ProtoMessage kSecurityRequirement{.entries = {{}, 1, kMessage, kOptional, &kTexts}};

constexpr ProtoField kOperationFields[] = {
    {"tags", 1, kText, kRepeated},
    {"summary", 2, kText},
    {"description", 3, kText},
    {"externalDocs", 4, kMessage, kOptional, &kExternalDocs},
    {"operationId", 5, kText},
    {"produces", 6, kText, kRepeated},
    {"consumes", 7, kText, kRepeated},
    {"parameters", 8, kMessage, kRepeated, &kParameterItem},
    {"responses", 9, kMessage, kOptional, &kResponses},
    {"schemes", 10, kText, kRepeated},
    {"deprecated", 11, kFlag},
    {"security", 12, kMessage, kRepeated, &kSecurityRequirement}};
constexpr ProtoMessage kOperation{.fields = kOperationFields, .extensions = extensions_at(13)};

constexpr ProtoField kPathItemFields[] = {{"$ref", 1, kText},
                                          {"get", 2, kMessage, kOptional, &kOperation},
                                          {"put", 3, kMessage, kOptional, &kOperation},
                                          {"post", 4, kMessage, kOptional, &kOperation},
                                          {"delete", 5, kMessage, kOptional, &kOperation},
                                          {"options", 6, kMessage, kOptional, &kOperation},
                                          {"head", 7, kMessage, kOptional, &kOperation},
                                          {"patch", 8, kMessage, kOptional, &kOperation},
                                          {"parameters", 9, kMessage, kRepeated, &kParameterItem}};
constexpr ProtoMessage kPathItem{.fields = kPathItemFields, .extensions = extensions_at(10)};

constexpr ProtoMessage kPaths{.entries = {{}, 2, kMessage, kOptional, &kPathItem},
                              .extensions = extensions_at(1)};

constexpr ProtoField kApiKeyFields[] = {
    {"type", 1, kText}, {"name", 2, kText}, {"in", 3, kText}, {"description", 4, kText}};
constexpr ProtoMessage kApiKey{.fields = kApiKeyFields, .extensions = extensions_at(5)};

constexpr ProtoField kSecurityItemFields[] = {{{}, 2, kMessage, kOptional, &kApiKey}};
constexpr ProtoMessage kSecurityItem{.fields = kSecurityItemFields, .choose = choose_first};

constexpr ProtoMessage kSecurityDefinitions{
    .entries = {{}, 1, kMessage, kOptional, &kSecurityItem}};

constexpr ProtoField kDocumentFields[] = {
    {"swagger", 1, kText},
    {"info", 2, kMessage, kOptional, &kInfo},
    {"host", 3, kText},
    {"basePath", 4, kText},
    {"schemes", 5, kText, kRepeated},
    {"consumes", 6, kText, kRepeated},
    {"produces", 7, kText, kRepeated},
    {"paths", 8, kMessage, kOptional, &kPaths},
    {"definitions", 9, kMessage, kOptional, &kSchemas},
    {"security", 12, kMessage, kRepeated, &kSecurityRequirement},
    {"securityDefinitions", 13, kMessage, kOptional, &kSecurityDefinitions},
};

}  // namespace openapi_v2

const meta::ProtoMessage kOpenApiV2Proto{.fields = openapi_v2::kDocumentFields,
                                         .extensions = extensions_at(16)};

}  // namespace annex::discovery
