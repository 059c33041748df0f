#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "office_client.hpp"
#include "program.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_terminals.hpp"
#include "tillcue/sync/settings.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostSettings = 1024 * 1024;

struct Options {
  OfficeClient office;
  std::string scope = "all", file, terminal;
  std::vector<std::string> entries;
  unsigned wait = 5;
  bool json = false;
};

/// "screen.hint_ms=9000"; what is no JSON is taken as a text, so that log_level=info needs no quotes.
Result<std::string> document_of(std::vector<std::string> const& entries) {
  auto document = Json::object();
  for (auto const& entry : entries) {
    auto const sign = entry.find('=');
    if (sign == std::string::npos || sign == 0) {
      return fail(Code::invalid, "\"" + entry + "\": write SETTING=VALUE, such as screen.hint_ms=9000");
    }
    auto const text = entry.substr(sign + 1);
    auto const value = Json::parse(text, nullptr, false);
    document[entry.substr(0, sign)] = value.is_discarded() ? Json(text) : value;
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Settings> wanted(Options const& options) {
  if (options.file.empty()) {
    auto const document = document_of(options.entries);
    return document ? read_settings(*document, "command line") : tl::unexpected(document.error());
  }
  auto const text = read_file(options.file, kMostSettings);
  return text ? read_settings(*text, options.file) : tl::unexpected(text.error().within("--file"));
}

Exit set(Options const& options) {
  if (options.entries.empty() == options.file.empty()) {
    return report_error({Code::invalid, "say SETTING=VALUE, or --file: one of them"}), Exit::usage;
  }
  auto const settings = wanted(options);
  if (!settings) return report_error(settings.error());
  auto const done = options.office.ask({{"do", "config"},
                                        {"scope", options.scope},
                                        {"set", Json::parse(encode_settings(*settings))},
                                        {"unset", Json::array()}});
  return done ? await_holders(options.office, *done, options.wait) : report_error(done.error());
}

Exit unset(Options const& options) {
  auto const done = options.office.ask({{"do", "config"}, {"scope", options.scope}, {"unset", options.entries}});
  return done ? await_holders(options.office, *done, options.wait) : report_error(done.error());
}

/// What each scope says, or what holds for one terminal and which scope says so.
Exit show(Options const& options) {
  auto db = open_hq_reader(options.office.database);
  if (!db) return report_error(db.error().within("--db"));
  auto const said = options.terminal.empty() ? config_by_scope(*db) : config_of(*db, TerminalId{options.terminal});
  if (!said) return report_error(said.error().within(options.terminal.empty() ? "--db" : "--terminal"));
  if (options.json) {
    auto out = Json::array();
    for (auto const& one : *said) {
      out.push_back(
          {{"scope", one.scope}, {"setting", one.setting}, {"value", Json::parse(one.value, nullptr, false)}});
    }
    std::cout << out.dump(2) << '\n';
    return Exit::done;
  }
  for (auto const& one : *said) std::cout << fmt::format("{:<24} {:<12} {}\n", one.setting, one.value, one.scope);
  if (said->empty()) std::cout << "nothing is set from here: terminals go by their own files\n";
  return Exit::done;
}

Exit list(Options const& options) {
  auto out = Json::array();
  for (auto const& one : settings()) {
    out.push_back({{"setting", one.name}, {"rule", one.rule()}, {"about", one.about}});
    if (!options.json) std::cout << fmt::format("{:<24} {}: {}\n", one.name, one.about, one.rule());
  }
  if (options.json) std::cout << out.dump(2) << '\n';
  if (!options.json) {
    std::cout << "These act at once. Every other field stands in the terminal's own file and takes a restart of\n"
                 "tillcued: addresses, keys, certificates, store, printer and feeds (firmware/README.md).\n";
  }
  return Exit::done;
}

void add_change(CLI::App& command, Options& options) {
  options.office.add_to(command);
  add_word_options(command, options.scope, options.wait);
}

}  // namespace

void add_config_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const config = app.add_subcommand("config", "Settings of terminals: chain, then group, store, terminal");
  config->footer(
      "Example:\n  tillcue-hq config set --db hq.sqlite --scope store:s-1 screen.hint_ms=9000\n"
      "  tillcue-hq config show --db hq.sqlite --terminal till-1\n"
      "What terminals have in force, and what they refused, is in `tillcue-hq terminals`.");
  config->require_subcommand(0, 1);  // none is told by the program
  auto* const put = config->add_subcommand("set", "Sets some, and leaves the scope's others as they are");
  add_change(*put, *options);
  put->add_option("SETTING=VALUE", options->entries, "Such as screen.hint_ms=9000");
  put->add_option("--file", options->file, "A JSON file of settings, as in the terminal's configuration");
  put->callback([options, &chosen] { chosen = [options] { return set(*options); }; });
  auto* const take =
      config->add_subcommand("unset", "Takes some out: the wider scope or the terminal's file holds again");
  add_change(*take, *options);
  take->add_option("SETTING", options->entries, "Such as screen.hint_ms")->required();
  take->callback([options, &chosen] { chosen = [options] { return unset(*options); }; });
  auto* const look = config->add_subcommand("show", "What each scope says; with --terminal what holds there");
  look->add_option("--db", options->office.database, "HQ's database (may be in use by serve)")->required();
  look->add_option("--terminal", options->terminal, "One terminal: chain, group, store and its own put together");
  look->add_flag("--json", options->json, "As JSON");
  look->callback([options, &chosen] { chosen = [options] { return show(*options); }; });
  auto* const all = config->add_subcommand("list", "What can be set from here; each acts at once, without a restart");
  all->add_flag("--json", options->json, "As JSON");
  all->callback([options, &chosen] { chosen = [options] { return list(*options); }; });
}

}  // namespace tillcue::sync
