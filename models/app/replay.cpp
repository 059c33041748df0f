#include "tillcue/core/replay.hpp"

#include <cstdio>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "command.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  std::string bundle;
  bool json = false;
  bool quiet = false;
};

constexpr char const* kAsked = "give what the tills decided: tillcue-hq export --db DB --decisions --out FILE";

/// What the first line shows to be no log of decisions; empty: it may be one.
std::string mistaken(std::string const& line) {
  if (line.starts_with("\x1F\x8B")) return "gzip; unpack it (zcat FILE | tillcue-models replay ...)";
  bool const names = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_,\r") == std::string::npos;
  if (line.ends_with(",replay") || line.find(',') == std::string::npos || !names) return {};
  auto const sales = line.find("basket_id") != std::string::npos;
  return std::string(sales ? "sales (transactions.csv)" : "a table without the column replay") + "; " + kAsked;
}

constexpr std::size_t kLongestLine = 1U << 20U;

/// A line is a record by itself, a row of the export, which ends with it, or an event that holds one as "replay".
/// Empty: the row has none (silent decisions), or is the header.
Result<std::string> record_of(std::string const& line) {
  if (line.size() > kLongestLine) return fail(Code::invalid, "is longer than 1 MiB");
  if (line.ends_with(",replay")) return std::string();
  if (line.empty() || line.front() != '{') return line.substr(line.rfind(',') + 1);
  auto const event = nlohmann::json::parse(line, nullptr, false);
  if (event.is_discarded()) return fail(Code::invalid, "is no JSON");
  auto const found = event.find("replay");
  if (found == event.end() || !found->is_string()) return fail(Code::invalid, "has no \"replay\"");
  return found->get<std::string>();
}

struct Again {
  bool same = false;
  Decision decision;
  std::string sale;
};

Result<Again> decide_again(Result<std::string> const& record, std::shared_ptr<Bundle const> const& bundle) {
  if (!record) return tl::unexpected(record.error());
  auto const replay = read_replay(*record, *bundle);
  if (!replay) return tl::unexpected(replay.error());
  Engine engine(bundle, replay->place);
  auto const decision = engine.decide(replay->sale, replay->stage, replay->context);
  return Again{digest_of(decision) == replay->digest, decision, replay->sale.id.value};
}

nlohmann::json told(Bundle const& bundle, Again const& again, std::size_t line) {
  nlohmann::json out{{"line", line}, {"sale", again.sale}, {"same", again.same}};
  auto const& decision = again.decision;
  if (decision.silence != Silence::none) out["silence"] = to_text(decision.silence);
  for (std::size_t n = 0; n < decision.offer_count; ++n) {
    auto const& offer = decision.offers[n];
    out["offers"].push_back({{"sku", bundle.item(offer.item).sku},
                             {"type", to_text(offer.type)},
                             {"reason", to_text(offer.reason.code)},
                             {"probability", offer.probability.ppm / 1e6},
                             {"script", script(bundle, offer, bundle.info().language)}});
  }
  out["propensity"] = decision.propensity_ppm / 1e6;
  return out;
}

void print(Bundle const& bundle, Again const& again, std::size_t line) {
  auto const& decision = again.decision;
  std::printf("%zu %s %s: ", line, again.sale.c_str(), again.same ? "same" : "DIFFERS");
  if (decision.offer_count == 0) {
    std::printf("silent, %s\n", std::string(to_text(decision.silence)).c_str());
  } else {
    std::printf("%s\n", script(bundle, decision.offers[0], bundle.info().language).c_str());
  }
}

Result<int> run(Options const& options) {
  auto ranker = load_bundle(options.bundle);
  if (!ranker) return tl::unexpected(ranker.error());
  auto const bundle = ranker->share();
  std::size_t number = 0, same = 0, differ = 0, refused = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    if (auto const what = number == 1 ? mistaken(line) : std::string(); !what.empty()) {
      return fail(Code::invalid, "replay: standard input is " + what);
    }
    auto const record = record_of(line);
    if (record && record->empty() && !line.empty()) continue;
    auto const again = decide_again(record, bundle);
    if (!again) {
      if (++refused <= 20) std::fprintf(stderr, "replay: line %zu %s\n", number, again.error().what.c_str());
      continue;
    }
    ++(again->same ? same : differ);
    if (options.json) {
      std::printf("%s\n", told(*bundle, *again, number).dump().c_str());
    } else if (!again->same || !options.quiet) {
      print(*bundle, *again, number);
    }
  }
  std::fprintf(stderr, "replay: %zu the same, %zu different, %zu no records of this bundle\n", same, differ, refused);
  if (std::fflush(stdout) != 0) return fail(Code::io, "replay: cannot write the answers");
  return differ + refused == 0 ? kOk : kSomeErrors;
}

}  // namespace

void add_replay(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("replay", "Decide again what a till has decided, from its log alone.");
  command.add_option("--bundle", options->bundle, "the release the till had")->required();
  command.add_flag("--json", options->json, "print one JSON object a decision");
  command.add_flag("--quiet", options->quiet, "print only what differs");
  command.footer(
      "Input   lines of standard input: replay records, rows of tillcue-hq export --decisions, or JSON objects with "
      "one\n"
      "        as \"replay\"\n"
      "Exit code 4 when a decision differs or a line is no record of this bundle.\n\n"
      "Example:\n  tillcue-hq export --db hq.sqlite --decisions --out week.csv\n"
      "  tillcue-models replay --bundle store.bundle --quiet < week.csv");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
