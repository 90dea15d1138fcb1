// A kind and the one line that serves it, for what is wrong with hooks and conversions.
#pragma once

#include "annex/meta/object_meta.h"
#include "annex/server/resource_builder.h"

struct Crumb {
  std::string text{};
  friend void describe(annex::schema::Object<Crumb>& crumb) {
    crumb.field<&Crumb::text>("text", "");
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata{};
  std::string flour{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "");
    loaf.field<&Loaf::flour>("flour", "");
  }
};

template <typename Hooks>
void serve(annex::detail::ResourceDraft& draft, Hooks hooks) {
  annex::ResourceBuilder<Loaf, Hooks>(draft, std::make_shared<Hooks>(std::move(hooks)))
      .version("v1");
}
