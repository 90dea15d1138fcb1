// The fixture itself: whole texts of streams, and whoever calls with all that is known of them.
#include "annex/testing/fixture.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "annex/annex.h"

namespace {

using annex::request::UserInfo;
using annex::testing::Fixture;

struct Note {
  annex::meta::ObjectMeta metadata;
  std::string text;
  friend void describe(annex::schema::Object<Note>& note) {
    note.field<&Note::metadata>("metadata", "Standard object metadata.");
    note.field<&Note::text>("text", "What it says.");
  }
};

const std::string kNotes = "/apis/notes.example.com/v1/namespaces/desk/notes";

void describe_notes(annex::Server& server) {
  server.group("notes.example.com")
      .resource<Note>("notes", "Note")
      .version("v1")
      .log([](const Note& note, const annex::LogOptions&) -> annex::Result<annex::TextPipe> {
        annex::TextPipe pipe;
        pipe.write(note.text);
        pipe.close();
        return pipe;
      });
}

Note make_note(const std::string& name, const std::string& text) {
  Note note;
  note.metadata.name = name;
  note.metadata.name_space = "desk";
  note.text = text;
  return note;
}

TEST_CASE("The text of what is made while it is sent can be had at once") {
  annex::Server server("notes");
  describe_notes(server);
  Fixture fixture(server);
  const auto client = server.client<Note>();
  REQUIRE(client.create(make_note("a", "one\ntwo, without an end of its line")));
  CHECK(fixture.get(kNotes + "/a/log").text() == "one\ntwo, without an end of its line");
  auto lines = fixture.get(kNotes + "/a/log");
  CHECK(lines.next_line() == "one");
  CHECK(lines.text() == "two, without an end of its line");
  CHECK(lines.next_line() == "two, without an end of its line");
  CHECK(!lines.next_line());

  for (int i = 0; i < 40; ++i) {
    REQUIRE(client.create(make_note("n" + std::to_string(i), std::string(100000, 'x'))));
  }
  const auto large = fixture.get(kNotes);
  CHECK(large.is_stream());
  CHECK(large.json().find("items")->as_array().size() == 41);
}

TEST_CASE("Whoever calls has their uid, groups and whatever else is known of them") {
  annex::Server server("notes");
  UserInfo seen;
  server.handle("/who",
                [&seen](const annex::request::Context& context, const annex::http::Request&) {
                  seen = context.user;
                  return annex::http::Response::text(200, "text/plain", "you");
                });
  describe_notes(server);
  Fixture fixture(server);
  const UserInfo anna{
      "anna", "17", {"system:masters", "bakers"}, {{"floor", {"1", "2"}}, {"key", {"k"}}}};
  fixture.act_as(anna);
  CHECK(fixture.get("/who").text() == "you");
  CHECK(seen.name == "anna");
  CHECK(seen.uid == "17");
  CHECK(seen.extra == anna.extra);
  CHECK(std::find(seen.groups.begin(), seen.groups.end(), "bakers") != seen.groups.end());
}

}  // namespace
