// What a program adds to `run`: flags of its own, and where the log goes.
#include "annex/cli/run.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "annex/meta/object_meta.h"
#include "tests/folder.h"
#include "tests/recording_logger.h"

using namespace annex;
using Catch::Contains;

namespace {

struct Loaf {
  meta::ObjectMeta metadata;
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard object metadata.");
  }
};

/// What is printed while it lives.
class Printed {
 public:
  explicit Printed(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  ~Printed() { stream_.rdbuf(before_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* const before_;
};

/// A program with flags of its own that ends itself as soon as it runs.
struct Program {
  Server server{"bakery"};
  test::RecordingLogger log;
  std::vector<std::string> ovens;
  int hurries = 0;

  Program() {
    server.group("bakery.example.com").resource<Loaf>("loaves", "Loaf").version("v1");
    server.task({"end", [](const std::stop_token&) { ::kill(::getpid(), SIGTERM); }});
  }

  int run(const std::vector<std::string>& arguments) {
    RunOptions options;
    options.log = &log;
    options.flags.push_back(
        {"--oven", "An oven to bake in.", "NAME", [this](const std::string& name) -> Result<void> {
           if (name == "cold") return Error::bad_request("it is cold");
           ovens.push_back(name);
           return {};
         }});
    options.flags.push_back({"--hurry", "Bakes faster.", "", [this](const std::string& value) {
                               CHECK(value.empty());
                               ++hurries;
                               return Result<void>();
                             }});
    std::vector<const char*> words = {"bakery"};
    for (const std::string& argument : arguments) words.push_back(argument.c_str());
    return annex::run(server, static_cast<int>(words.size()), words.data(), options);
  }

  bool logged(const std::string& text) const {
    const std::vector<std::string> lines = log.lines();
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }
};

}  // namespace

TEST_CASE("a program's own flags are set before its server starts, and its log has the lines") {
  const test::Folder folder;
  Program program;
  const Printed errors(std::cerr);
  CHECK(program.run({"--standalone", folder.path("server"), "--bind-address", "127.0.0.1",
                     "--secure-port", "0", "--oven", "big", "--hurry", "--oven=small"}) == 0);
  CHECK(program.ovens == std::vector<std::string>{"big", "small"});
  CHECK(program.hurries == 1);
  CHECK(program.logged("Serving server=bakery"));
  CHECK(program.logged("Shutting down"));
  CHECK(program.logged("Stopped"));
  CHECK(errors.text() == "");
}

TEST_CASE("help tells a program's own flags with the others") {
  Program program;
  const Printed out(std::cout);
  CHECK(program.run({"--help"}) == 0);
  CHECK_THAT(out.text(), Contains("--oven NAME") && Contains("An oven to bake in.") &&
                             Contains("--hurry") && Contains("--secure-port"));
  CHECK(program.ovens.empty());
  CHECK(program.log.lines().empty());
}

TEST_CASE("what is wrong about a program's own flag ends it with a sentence that names the flag") {
  Program program;
  const Printed errors(std::cerr);
  CHECK(program.run({"--oven", "cold"}) == 1);
  CHECK_THAT(errors.text(), Contains("bakery: --oven: it is cold"));
  CHECK(program.run({"--oven"}) == 1);
  CHECK(program.run({"--oven-door"}) == 1);
  CHECK_THAT(errors.text(), Contains("--oven-door"));
  CHECK(program.log.lines().empty());
}
