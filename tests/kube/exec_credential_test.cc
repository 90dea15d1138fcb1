#include "kube/exec_credential.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/schema/formats.h"
#include "annex/util/manual_clock.h"
#include "kube/files.h"
#include "tests/folder.h"

namespace annex::kube {
namespace {

using std::chrono::minutes;

/// A program of the test's own, which writes down how it was run.
class FakeProgram {
 public:
  explicit FakeProgram(const std::string& script) {
    const std::string path = folder_.write(
        "give", "#!/bin/sh\necho run >> " + folder_.path("runs") + "\n" + script + "\n");
    REQUIRE(::chmod(path.c_str(), 0700) == 0);
    program.api_version = "client.authentication.k8s.io/v1";
    program.command = path;
  }
  /// One that prints what is in its file "answer".
  FakeProgram() : FakeProgram("") { script("cat " + folder_.path("answer")); }

  void script(const std::string& text) const {
    folder_.write("give", "#!/bin/sh\necho run >> " + folder_.path("runs") + "\n" + text + "\n");
  }
  void answer(const std::string& status, const char* version = "v1") const {
    folder_.write("answer", std::string(R"({"kind":"ExecCredential","apiVersion":)") +
                                "\"client.authentication.k8s.io/" + version +
                                "\",\"status\":" + status + "}");
  }
  std::size_t runs() const {
    const auto text = read_small_file(folder_.path("runs"));
    return text ? text->size() / 4 : 0;
  }
  std::string path(const char* name) const { return folder_.path(name); }

  ExecProgram program;

 private:
  test::Folder folder_;
};

std::string refusal(ExecProgram program, util::Clock& clock, ProgramLimits limits = {}) {
  const Result<Credential> got = ExecCredential(std::move(program), clock, limits).get();
  REQUIRE_FALSE(got);
  CHECK(got.error().reason == Reason::kBadRequest);
  return got.error().message;
}

}  // namespace

TEST_CASE("a program gives a token, which is kept until it ends or is refused") {
  util::ManualClock clock;
  FakeProgram fake;
  const std::string end = schema::write_rfc3339(clock.wall_now() + minutes(10));
  fake.answer(R"({"token":"first","expirationTimestamp":")" + end + "\"}");
  ExecCredential credential(fake.program, clock);
  CHECK(fake.runs() == 0);
  CHECK(credential.get()->token == "first");
  clock.advance(minutes(9));
  CHECK(credential.get()->token == "first");
  CHECK(fake.runs() == 1);

  fake.answer(R"({"token":"second"})");
  clock.advance(minutes(1));
  CHECK(credential.get()->token == "second");
  clock.advance(std::chrono::hours(1000));
  CHECK(credential.get()->token == "second");
  CHECK(fake.runs() == 2);

  fake.answer(R"({"clientCertificateData":"a","clientKeyData":"b"})");
  credential.doubt({"first", {}, {}});  // told late: it is another by now
  CHECK(credential.get()->token == "second");
  credential.doubt({"second", {}, {}});
  const auto pair = credential.get();
  REQUIRE(pair);
  CHECK(pair->token.empty());
  CHECK(pair->certificate_pem == "a");
  CHECK(pair->key_pem == "b");
}

TEST_CASE("a program gets its arguments and variables as they are, and what is wanted of it") {
  util::ManualClock clock;
  FakeProgram fake;
  fake.script("printf '%s\\n' \"$@\" \"$GIVEN\" > " + fake.path("seen") +
              "; printf '%s' \"$KUBERNETES_EXEC_INFO\" > " + fake.path("info") + "; cat > " +
              fake.path("input") + "; cat " + fake.path("answer"));
  fake.answer(R"({"token":"t"})", "v1beta1");
  fake.program.api_version = "client.authentication.k8s.io/v1beta1";
  fake.program.arguments = {"a b", "$HOME; exit 1", "--x='y'"};
  fake.program.environment = {{"GIVEN", "one  two"}};
  fake.program.cluster_json = R"({"server":"https://a"})";
  const auto got = ExecCredential(fake.program, clock).get();
  REQUIRE(got);
  CHECK(read_small_file(fake.path("seen")).value() == "a b\n$HOME; exit 1\n--x='y'\none  two\n");
  const auto info = json::parse(read_small_file(fake.path("info")).value());
  REQUIRE(info);
  CHECK(info->at_string({"apiVersion"}) == "client.authentication.k8s.io/v1beta1");
  CHECK(info->at_string({"spec", "cluster", "server"}) == "https://a");
  CHECK(*info->find("spec")->find("interactive") == json::Value(false));
  CHECK(read_small_file(fake.path("input")).value().empty());
}

TEST_CASE("a program that gives no credential is named, and what it printed is not") {
  util::ManualClock clock;
  FakeProgram fake;
  const auto said = [&](const std::string& status, const char* version = "v1") {
    fake.answer(status, version);
    const std::string message = refusal(fake.program, clock);
    CHECK_THAT(message, Catch::Contains(fake.program.command) && !Catch::Contains("secret"));
    return message;
  };
  CHECK_THAT(said("{}"), Catch::Contains("no token"));
  CHECK_THAT(said(R"({"clientKeyData":"secret"})"), Catch::Contains("not both"));
  CHECK_THAT(said(R"({"token":"secret"})", "v1beta1"), Catch::Contains("v1beta1"));
  CHECK_THAT(said(R"({"token":"secret","expirationTimestamp":"soon"})"),
             Catch::Contains("expirationTimestamp"));
  fake.script("echo secret");
  CHECK_THAT(refusal(fake.program, clock), Catch::Contains("no ExecCredential"));
  fake.script("exit 7");
  CHECK_THAT(refusal(fake.program, clock), Catch::Contains("exit code 7"));
  fake.script("kill -9 $$");
  CHECK_THAT(refusal(fake.program, clock), Catch::Contains("signal 9"));
  fake.program.command = fake.path("absent");
  fake.program.install_hint = "Get it from there.";
  CHECK_THAT(refusal(fake.program, clock),
             Catch::Contains("cannot be started") && Catch::EndsWith("\nGet it from there."));
}

TEST_CASE("neither much output nor a program that stays holds a caller up for ever") {
  util::ManualClock clock;
  FakeProgram fake;
  fake.script("exec yes secret");
  CHECK_THAT(refusal(fake.program, clock, {1000, std::chrono::seconds(60)}),
             Catch::Contains("printed more than 1000 bytes"));
  // What it started is ended with it: its output would stay open otherwise.
  for (const char* const stays :
       {"exec sleep 1000", "sleep 1000", "sleep 1000 & exit 0", "exec >&-; exec sleep 1000"}) {
    INFO(stays);
    fake.script(stays);
    CHECK_THAT(refusal(fake.program, clock, {1000, std::chrono::milliseconds(50)}),
               Catch::Contains("did not end within"));
  }
}

}  // namespace annex::kube
