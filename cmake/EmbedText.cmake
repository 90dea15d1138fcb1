# annex_embed_text(OUTPUT NAMESPACE NAME FILE): OUTPUT defines `const std::string_view NAME` with the
# file's text. The file must not contain `)annex"`.
function(annex_embed_text output namespace name file)
  file(READ ${file} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [=[// Made from a data file by cmake/EmbedText.cmake.
#include <string_view>

namespace @namespace@ {
extern const std::string_view @name@;
const std::string_view @name@ = R"annex(@text@)annex";
}  // namespace @namespace@
]=])
endfunction()
