#include "cli/flags.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>
#include <vector>

#include "cli/duration_flag.h"
#include "cli/setup_commands.h"
#include "cli/store_commands.h"

namespace annex::cli {
namespace {

/// Go's flag package takes `-v=2`, which CLI11 would read as a value of "=2".
std::vector<std::string> reversed_arguments(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    const std::string_view argument = argv[i];
    arguments.push_back(argument.substr(0, 3) == "-v=" ? "-" + std::string(argument)
                                                       : std::string(argument));
  }
  return arguments;
}

void add_flags(CLI::App& app, const Server& server, Flags& flags, const std::string& stores) {
  app.add_option(
         "--standalone", flags.standalone,
         "Run without Kubernetes: make a CA, certificates, a token and a kubeconfig in this "
         "folder, and use them again at the next start")
      ->type_name("DIR");
  app.add_option("--secure-port", flags.secure_port, "The port to serve HTTPS on; 0: any free one")
      ->type_name("PORT")
      ->capture_default_str();
  app.add_option("--bind-address", flags.bind_address, "The IP address to listen on")
      ->type_name("ADDRESS")
      ->capture_default_str();
  CLI::Option* certificate =
      app.add_option("--tls-cert-file", flags.tls_cert_file,
                     "The serving certificate in PEM, intermediates after it")
          ->type_name("FILE");
  CLI::Option* key = app.add_option("--tls-private-key-file", flags.tls_private_key_file,
                                    "The private key of --tls-cert-file in PEM")
                         ->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  app.add_option("--cert-dir", flags.cert_dir,
                 "Where apiserver.crt and apiserver.key are, or are made, without --tls-cert-file "
                 "and --standalone")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--store", flags.store, "Where objects are kept: " + stores)
      ->type_name("NAME[:LOCATION]");
  add_listener_flags(app, flags.listener);
  add_auth_flags(app, flags.auth);
  add_admission_flags(app, server, flags.admission);
  add_audit_flags(app, flags.audit);
  add_renewal_flags(app, flags.renewal);
  add_duration_flag(app, "--request-timeout", flags.request_timeout,
                    "How long a request may take, watches excepted");
  add_duration_flag(app, "--shutdown-delay-duration", flags.shutdown_delay,
                    "How long to serve on after a signal, not ready, before the port is closed");
  app.add_option("-v,--v", flags.verbosity, "How much to log")
      ->type_name("LEVEL")
      ->capture_default_str();
}

constexpr int kMostTimes = 1000;

void add_own_flag(CLI::App& app, const Flag& flag) {
  const auto set = [&flag](const std::string& value) {
    const Result<void> done = flag.set(value);
    if (!done) throw CLI::ValidationError(flag.name, done.error().message);
  };
  if (flag.value.empty()) {
    app.add_flag_callback(
        flag.name, [set] { set({}); }, flag.help);
    return;
  }
  app.add_option(
         flag.name,
         [set](const CLI::results_t& values) {
           for (const std::string& value : values) set(value);
           return true;
         },
         flag.help)
      ->type_name(flag.value)
      ->expected(1, kMostTimes)  // one value each time that it is given
      ->allow_extra_args(false);
}

}  // namespace

ParsedFlags parse_flags(const Server& server, int argc, const char* const* argv,
                        const std::vector<Flag>& own) {
  CLI::App app("An API server that extends Kubernetes.", server.name());
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.set_version_flag("--version", server.name() + " " + server.version());
  std::string stores;
  for (const StoreKind& kind : server.stores()) {
    stores += stores.empty() ? kind.name + " (the default)" : ", " + kind.name;
  }
  app.footer("Subcommands (--help after one says more):\n" + setup_commands_help() +
             store_commands_help(server));
  ParsedFlags parsed;
  add_flags(app, server, parsed.flags, stores);
  for (const Flag& flag : own) add_own_flag(app, flag);
  try {
    app.parse(reversed_arguments(argc, argv));
  } catch (const CLI::Success& wanted) {
    parsed.exit_code = app.exit(wanted, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    std::cerr << server.name() << ": " << error.what() << "\n"
              << "Run with --help to see all flags.\n";
    parsed.exit_code = 1;
  }
  return parsed;
}

}  // namespace annex::cli
