// The messages of google/gnostic-models openapiv3/OpenAPIv3.proto.
#include "openapi_proto.h"

namespace annex::discovery {
namespace openapi_v3 {

using meta::choose_first;
using meta::ProtoField;
using meta::ProtoMessage;
using enum meta::ProtoForm;
using enum meta::ProtoCount;

extern const ProtoMessage kSchema;
extern const ProtoMessage kSchemaItem;

constexpr ProtoField kReferenceFields[] = {
    {"$ref", 1, kText}, {"summary", 2, kText}, {"description", 3, kText}};
constexpr ProtoMessage kReference{.fields = kReferenceFields};

constexpr ProtoField kInfoFields[] = {{"title", 1, kText},
                                      {"description", 2, kText},
                                      {"termsOfService", 3, kText},
                                      {"version", 6, kText},
                                      {"summary", 8, kText}};
constexpr ProtoMessage kInfo{.fields = kInfoFields, .extensions = extensions_at(7)};

constexpr ProtoField kExternalDocsFields[] = {{"description", 1, kText}, {"url", 2, kText}};
constexpr ProtoMessage kExternalDocs{.fields = kExternalDocsFields, .extensions = extensions_at(3)};

constexpr ProtoField kXmlFields[] = {{"name", 1, kText},
                                     {"namespace", 2, kText},
                                     {"prefix", 3, kText},
                                     {"attribute", 4, kFlag},
                                     {"wrapped", 5, kFlag}};
constexpr ProtoMessage kXml{.fields = kXmlFields, .extensions = extensions_at(6)};

constexpr ProtoMessage kTextMap{.entries = {{}, 1, kText}};

constexpr ProtoField kDiscriminatorFields[] = {{"propertyName", 1, kText},
                                               {"mapping", 2, kMessage, kOptional, &kTextMap}};
constexpr ProtoMessage kDiscriminator{.fields = kDiscriminatorFields,
                                      .extensions = extensions_at(3)};

constexpr ProtoField kAdditionalFields[] = {{{}, 1, kMessage, kOptional, &kSchemaItem},
                                            {{}, 2, kFlag}};
constexpr ProtoMessage kAdditional{.fields = kAdditionalFields, .choose = choose_by_flag};

constexpr ProtoField kItemsFields[] = {{{}, 1, kMessage, kRepeated, &kSchemaItem}};
constexpr ProtoMessage kItems{.fields = kItemsFields, .choose = choose_first};

/// Properties and SchemasOrReferences.
constexpr ProtoMessage kSchemas{.entries = {{}, 1, kMessage, kOptional, &kSchemaItem}};

/// A default that is an object or a list is told as an empty message.
constexpr ProtoField kDefaultFields[] = {{{}, 1, kNumber}, {{}, 2, kFlag}, {{}, 3, kText}};
constexpr ProtoMessage kDefault{
    .fields = kDefaultFields, .choose = [](const json::Value& value) -> std::size_t {
      return value.is_number() ? 0 : value.is_bool() ? 1 : value.is_string() ? 2 : 3;
    }};

constexpr ProtoField kSchemaFields[] = {
    {"nullable", 1, kFlag},
    {"discriminator", 2, kMessage, kOptional, &kDiscriminator},
    {"readOnly", 3, kFlag},
    {"writeOnly", 4, kFlag},
    {"xml", 5, kMessage, kOptional, &kXml},
    {"externalDocs", 6, kMessage, kOptional, &kExternalDocs},
    {"example", 7, kMessage, kOptional, &kAny},
    {"deprecated", 8, kFlag},
    {"title", 9, kText},
    {"multipleOf", 10, kNumber},
    {"maximum", 11, kNumber},
    {"exclusiveMaximum", 12, kFlag},
    {"minimum", 13, kNumber},
    {"exclusiveMinimum", 14, kFlag},
    {"maxLength", 15, kCount},
    {"minLength", 16, kCount},
    {"pattern", 17, kText},
    {"maxItems", 18, kCount},
    {"minItems", 19, kCount},
    {"uniqueItems", 20, kFlag},
    {"maxProperties", 21, kCount},
    {"minProperties", 22, kCount},
    {"required", 23, kText, kRepeated},
    {"enum", 24, kMessage, kRepeated, &kAny},
    {"type", 25, kText},
    {"allOf", 26, kMessage, kRepeated, &kSchemaItem},
    {"oneOf", 27, kMessage, kRepeated, &kSchemaItem},
    {"anyOf", 28, kMessage, kRepeated, &kSchemaItem},
    {"not", 29, kMessage, kOptional, &kSchema},
    {"items", 30, kMessage, kOptional, &kItems},
    {"properties", 31, kMessage, kOptional, &kSchemas},
    {"additionalProperties", 32, kMessage, kOptional, &kAdditional},
    {"default", 33, kMessage, kOptional, &kDefault},
    {"description", 34, kText},
    {"format", 35, kText},
};
const ProtoMessage kSchema{.fields = kSchemaFields, .extensions = extensions_at(36)};

constexpr ProtoField kSchemaItemFields[] = {{{}, 1, kMessage, kOptional, &kSchema},
                                            {{}, 2, kMessage, kOptional, &kReference}};
const ProtoMessage kSchemaItem{.fields = kSchemaItemFields, .choose = choose_by_reference};

constexpr ProtoField kMediaTypeFields[] = {{"schema", 1, kMessage, kOptional, &kSchemaItem},
                                           {"example", 2, kMessage, kOptional, &kAny}};
constexpr ProtoMessage kMediaType{.fields = kMediaTypeFields, .extensions = extensions_at(5)};

constexpr ProtoMessage kContent{.entries = {{}, 1, kMessage, kOptional, &kMediaType}};

constexpr ProtoField kParameterFields[] = {{"name", 1, kText},
                                           {"in", 2, kText},
                                           {"description", 3, kText},
                                           {"required", 4, kFlag},
                                           {"deprecated", 5, kFlag},
                                           {"allowEmptyValue", 6, kFlag},
                                           {"style", 7, kText},
                                           {"explode", 8, kFlag},
                                           {"allowReserved", 9, kFlag},
                                           {"schema", 10, kMessage, kOptional, &kSchemaItem},
                                           {"example", 11, kMessage, kOptional, &kAny},
                                           {"content", 13, kMessage, kOptional, &kContent}};
constexpr ProtoMessage kParameter{.fields = kParameterFields, .extensions = extensions_at(14)};

constexpr ProtoField kParameterItemFields[] = {{{}, 1, kMessage, kOptional, &kParameter},
                                               {{}, 2, kMessage, kOptional, &kReference}};
constexpr ProtoMessage kParameterItem{.fields = kParameterItemFields,
                                      .choose = choose_by_reference};

constexpr ProtoField kRequestBodyFields[] = {{"description", 1, kText},
                                             {"content", 2, kMessage, kOptional, &kContent},
                                             {"required", 3, kFlag}};
constexpr ProtoMessage kRequestBody{.fields = kRequestBodyFields, .extensions = extensions_at(4)};

constexpr ProtoField kRequestBodyItemFields[] = {{{}, 1, kMessage, kOptional, &kRequestBody},
                                                 {{}, 2, kMessage, kOptional, &kReference}};
constexpr ProtoMessage kRequestBodyItem{.fields = kRequestBodyItemFields,
                                        .choose = choose_by_reference};

constexpr ProtoField kResponseFields[] = {{"description", 1, kText},
                                          {"content", 3, kMessage, kOptional, &kContent}};
constexpr ProtoMessage kResponse{.fields = kResponseFields, .extensions = extensions_at(5)};

constexpr ProtoField kResponseItemFields[] = {{{}, 1, kMessage, kOptional, &kResponse},
                                              {{}, 2, kMessage, kOptional, &kReference}};
constexpr ProtoMessage kResponseItem{.fields = kResponseItemFields, .choose = choose_by_reference};

constexpr ProtoField kResponsesFields[] = {{"default", 1, kMessage, kOptional, &kResponseItem}};
constexpr ProtoMessage kResponses{.fields = kResponsesFields,
                                  .entries = {{}, 2, kMessage, kOptional, &kResponseItem},
                                  .extensions = extensions_at(3)};

constexpr ProtoField kTextsFields[] = {{{}, 1, kText, kRepeated}};
constexpr ProtoMessage kTexts{.fields = kTextsFields, .choose = choose_first};
constexpr ProtoMessage kSecurityRequirement{.entries = {{}, 1, kMessage, kOptional, &kTexts}};

constexpr ProtoField kOperationFields[] = {
    {"tags", 1, kText, kRepeated},
    {"summary", 2, kText},
    {"description", 3, kText},
    {"externalDocs", 4, kMessage, kOptional, &kExternalDocs},
    {"operationId", 5, kText},
    {"parameters", 6, kMessage, kRepeated, &kParameterItem},
    {"requestBody", 7, kMessage, kOptional, &kRequestBodyItem},
    {"responses", 8, kMessage, kOptional, &kResponses},
    {"deprecated", 10, kFlag},
    {"security", 11, kMessage, kRepeated, &kSecurityRequirement}};
constexpr ProtoMessage kOperation{.fields = kOperationFields, .extensions = extensions_at(13)};

constexpr ProtoField kPathItemFields[] = {{"$ref", 1, kText},
                                          {"summary", 2, kText},
                                          {"description", 3, kText},
                                          {"get", 4, kMessage, kOptional, &kOperation},
                                          {"put", 5, kMessage, kOptional, &kOperation},
                                          {"post", 6, kMessage, kOptional, &kOperation},
                                          {"delete", 7, kMessage, kOptional, &kOperation},
                                          {"options", 8, kMessage, kOptional, &kOperation},
                                          {"head", 9, kMessage, kOptional, &kOperation},
                                          {"patch", 10, kMessage, kOptional, &kOperation},
                                          {"trace", 11, kMessage, kOptional, &kOperation},
                                          {"parameters", 13, kMessage, kRepeated, &kParameterItem}};
constexpr ProtoMessage kPathItem{.fields = kPathItemFields, .extensions = extensions_at(14)};

constexpr ProtoMessage kPaths{.entries = {{}, 1, kMessage, kOptional, &kPathItem},
                              .extensions = extensions_at(2)};

constexpr ProtoField kSecuritySchemeFields[] = {{"type", 1, kText},   {"description", 2, kText},
                                                {"name", 3, kText},   {"in", 4, kText},
                                                {"scheme", 5, kText}, {"bearerFormat", 6, kText}};
constexpr ProtoMessage kSecurityScheme{.fields = kSecuritySchemeFields,
                                       .extensions = extensions_at(9)};

constexpr ProtoField kSecurityItemFields[] = {{{}, 1, kMessage, kOptional, &kSecurityScheme},
                                              {{}, 2, kMessage, kOptional, &kReference}};
constexpr ProtoMessage kSecurityItem{.fields = kSecurityItemFields, .choose = choose_by_reference};

constexpr ProtoMessage kSecuritySchemes{.entries = {{}, 1, kMessage, kOptional, &kSecurityItem}};

constexpr ProtoField kComponentsFields[] = {
    {"schemas", 1, kMessage, kOptional, &kSchemas},
    {"securitySchemes", 7, kMessage, kOptional, &kSecuritySchemes}};
constexpr ProtoMessage kComponents{.fields = kComponentsFields, .extensions = extensions_at(10)};

constexpr ProtoField kDocumentFields[] = {
    {"openapi", 1, kText},
    {"info", 2, kMessage, kOptional, &kInfo},
    {"paths", 4, kMessage, kOptional, &kPaths},
    {"components", 5, kMessage, kOptional, &kComponents},
    {"security", 6, kMessage, kRepeated, &kSecurityRequirement},
    {"externalDocs", 8, kMessage, kOptional, &kExternalDocs}};

}  // namespace openapi_v3

const meta::ProtoMessage kOpenApiV3Proto{.fields = openapi_v3::kDocumentFields,
                                         .extensions = extensions_at(9)};

}  // namespace annex::discovery
