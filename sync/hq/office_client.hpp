#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "program.hpp"
#include "tillcue/core/result.hpp"

namespace CLI {
class App;
}

namespace tillcue::sync {

/// The way from a command to the serve that does it.
struct OfficeClient {
  std::string database, control;

  void add_to(CLI::App& command);
  /// The answer without its "ok".  Errors  those of ask_serve, and what serve refused, with its code.
  [[nodiscard]] Result<nlohmann::json> ask(nlohmann::json const& request) const;
};

/// Of a command that says a word: --wait; --scope and --wait.
void add_wait_option(CLI::App& command, unsigned& wait);
void add_word_options(CLI::App& command, std::string& scope, unsigned& wait);

/// "note: ..." on standard error, when serve's answer has one.
void tell_note(nlohmann::json const& answer);
/// "serve has no connection to its broker since ...", when serve's answer says so; else empty.
std::string no_broker(nlohmann::json const& answer);
/// Whether what serve said just now is on its way: an error when it has no connection to the broker.
Exit tell_broker(nlohmann::json const& answer);

/// Looks until every terminal online holds the word that serve answered with, or `wait` seconds are over; tells who
/// refused it and why.
Exit await_holders(OfficeClient const& office, nlohmann::json const& word, unsigned wait);

}  // namespace tillcue::sync
