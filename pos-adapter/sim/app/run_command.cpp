#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <signal.h>

#include "../src/till.hpp"
#include "commands.hpp"

namespace tillcue::pos::sim {
namespace {

struct RunArguments {
  std::string terminal, transactions, items, printer, till = "lane-1", store = "Tillcue Demo Store", currency = "EUR";
  std::uint64_t baskets = 10, skip = 0, seed = 1;
  double pace = 2.8, accept = 0.3, slips = 0.05;
  bool fast = false, json = false;
};

int complain(Error const& error, int code) {
  std::cerr << "tillcue-pos: " << error.what << '\n';
  return code;
}

volatile std::sig_atomic_t stop_asked = 0;  // a signal handler can reach nothing but a global

void on_signal(int) { stop_asked = 1; }

/// The first SIGINT or SIGTERM ends the run in good order, a second one at once.
void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

/// Short, different for every start, and with letters, so that no sale id looks like a number of something.
std::string run_name() {
  auto const seconds = std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
  char text[32];
  std::snprintf(text, sizeof text, "r%llx", static_cast<unsigned long long>(seconds & 0xFFFFFFFFFFLL));
  return text;
}

Result<TillOptions> till_options(RunArguments const& given) {
  TillOptions options;
  auto terminal = parse_address(given.terminal);
  if (!terminal) return tl::unexpected(terminal.error().within("--terminal"));
  options.terminal = std::move(*terminal);
  if (!given.printer.empty()) {
    auto printer = parse_address(given.printer);
    if (!printer) return tl::unexpected(printer.error().within("--printer"));
    options.printer = std::move(*printer);
  }
  auto const currency = parse_currency(given.currency);
  if (!currency) return tl::unexpected(currency.error().within("--currency"));
  options.currency = *currency;
  options.till = given.till;
  options.store = given.store;
  options.run = run_name();
  options.pace = std::chrono::milliseconds(given.fast ? 0 : static_cast<std::int64_t>(given.pace * 1000));
  options.accept = given.accept;
  options.slips = given.slips;
  options.seed = given.seed;
  options.stopped = [] { return stop_asked != 0; };
  return options;
}

Result<std::vector<RecordedBasket>> recorded(RunArguments const& given, TillOptions& options) {
  if (!given.items.empty()) {
    auto read = read_catalogue(given.items, options.currency);
    if (!read) return tl::unexpected(read.error());
    options.catalogue = std::move(*read);
  }
  return read_baskets(given.transactions, options.catalogue, options.currency, given.skip + given.baskets);
}

/// From 0 to `most`; CLI::Range would let "nan" pass, which no bound is compared with.
CLI::Validator fraction(double most) {
  auto const judge = [most](std::string& text) -> std::string {
    char* end = nullptr;
    auto const number = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && *end == '\0' && number >= 0 && number <= most) return {};
    char bound[32];
    std::snprintf(bound, sizeof bound, "%g", most);
    return "'" + text + "' is no number from 0 to " + bound;
  };
  return {judge, ""};
}

int verdict(Tally const& tally) {
  if (tally.lost > 0) return kExitLost;
  return tally.refused > 0 ? kExitRefused : 0;
}

int run(RunArguments const& given) {
  auto options = till_options(given);
  if (!options) return complain(options.error(), kExitUsage);
  auto const baskets = recorded(given, *options);
  if (!baskets) return complain(baskets.error(), kExitInput);
  stop_on_signals();
  Narrator narrator(std::cout, given.json);
  Till till(std::move(*options), narrator);
  for (auto n = static_cast<std::size_t>(given.skip); n < baskets->size() && stop_asked == 0; ++n) {
    till.ring_up((*baskets)[n]);
  }
  till.close();
  narrator.summary(till.tally());
  return verdict(till.tally());
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("run", "ring up recorded baskets against a terminal; SIGINT voids the open sale and sums up");
  auto given = std::make_shared<RunArguments>();
  auto const whole = CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000});
  command->add_option("--terminal", given->terminal, "the terminal's native protocol, HOST:PORT")->required();
  command->add_option("--transactions", given->transactions, "transactions CSV, plain or .gz")->required();
  command->add_option("--items", given->items, "items CSV with names and prices, also of what comes with a hint");
  command->add_option("--baskets", given->baskets, "how many sales")->check(whole)->capture_default_str();
  command->add_option("--skip", given->skip, "baskets to leave out first")->check(whole)->capture_default_str();
  command->add_option("--pace", given->pace, "seconds from scan to scan")->check(fraction(60))->capture_default_str();
  command->add_flag("--fast", given->fast, "no pause at all, same as --pace 0");
  command->add_option("--accept", given->accept, "share of hints taken")->check(fraction(1))->capture_default_str();
  command->add_option("--slips", given->slips, "share of scans to be mended")
      ->check(fraction(1))
      ->capture_default_str();
  command->add_option("--seed", given->seed, "of the dice")->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_option("--printer", given->printer, "where the POS prints its own receipts, HOST:PORT");
  command->add_option("--till", given->till, "name of the lane")->capture_default_str();
  command->add_option("--store", given->store, "name on the receipt")->capture_default_str();
  command->add_option("--currency", given->currency, "ISO 4217 code of the prices")->capture_default_str();
  command->add_flag("--json", given->json, "one JSON object a line");
  command->callback([given, &chosen] { chosen = [given] { return run(*given); }; });
}

}  // namespace tillcue::pos::sim
