#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "office_client.hpp"
#include "publish_command.hpp"
#include "tillcue/sync/hq_numbers.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;

struct Options {
  PublishCommand publish;
  OfficeClient office;
  std::vector<std::string> first;
  std::vector<double> stages{1, 10, 50, 100};
  unsigned soak_minutes = 30, deadline_hours = 24, spread_seconds = 300;
  double tolerance = 2;
  bool json = false;
};

/// CLI::Range would let "nan" pass, which no bound is compared with.
std::string bad_percent(std::string const& text) {
  char* end = nullptr;
  auto const percent = std::strtod(text.c_str(), &end);
  bool const fine = end != text.c_str() && *end == '\0' && percent >= 0 && percent <= 100;
  return fine ? std::string{} : "'" + text + "' is no percentage; write a number from 0 to 100, like 5 or 0.5";
}

Exit start(Options& options) {
  options.office.database = options.publish.database;
  Json plan{{"do", "rollout start"},
            {"first", options.first},
            {"shares", Json::array()},
            {"soak", options.soak_minutes * 60},
            {"deadline", options.deadline_hours * 3'600},
            {"spread", options.spread_seconds},
            {"tolerance", std::lround(options.tolerance * 100)}};
  for (auto const percent : options.stages) plan["shares"].push_back(static_cast<unsigned>(std::lround(percent * 100)));
  // Before all the work: serve must be there, and free, and a canary too.
  auto check = plan;
  check["do"] = "rollout check";
  auto const may = options.office.ask(check);
  if (!may) return report_error(may.error());
  tell_note(*may);
  auto said = Json::object();
  auto const done = publish(options.publish, [&](Manifest const& manifest) -> Result<std::uint64_t> {
    auto const body = encode_manifest(manifest);
    if (!body) return tl::unexpected{body.error()};
    plan["manifest"] = *body;
    auto const begun = options.office.ask(plan);
    if (!begun) return tl::unexpected{begun.error()};
    said = *begun;
    return begun->value("release", std::uint64_t{0});
  });
  if (!done) return report_error(done.error());
  std::cout << "release " << done->release << " goes out in stages; `tillcue-hq rollout status` follows it\n";
  return tell_broker(said);
}

void show(Json const& seen) {
  if (!seen.contains("release")) {
    std::cout << "there never was a rollout\n";
    return;
  }
  auto const share = seen.value("share", 0);
  auto const stages = seen.value("shares", Json::array()).size();
  auto const percent = [](int of_10000) {
    return std::to_string(of_10000 / 100) + (of_10000 % 100 == 0 ? "" : "." + std::to_string(of_10000 % 100 / 10)) +
           " %";
  };
  std::cout << "release " << seen["release"] << ": " << seen.value("state", "") << ", "
            << (share == 0 ? std::string{"canaries"}
                           : "stage " + std::to_string(seen.value("stage", 0)) + " of " + std::to_string(stages) +
                                 ", " + percent(share))
            << "\n  " << counted(seen.value("included", std::uint64_t{0}), "terminal") << " in it, in health with it "
            << seen["healthy"] << ", not running it yet " << seen["waiting"] << ", failed " << seen["failed"].size()
            << '\n';
  bool const silent = seen.value("state", "") == "running" && share == 0 && seen.value("healthy", 0) == 0;
  if (silent) std::cout << "  no canary runs it in health yet; the next stage waits until one does\n";
  for (auto const& canary : silent ? seen.value("unheard_of", Json::array()) : Json::array()) {
    std::cout << "  " << canary.get<std::string>() << ": no terminal ever called itself that\n";
  }
  if (seen.value("away", 0) > 0) {
    std::cout << "  off: " << seen["away"] << "; these get it when they come"
              << (silent ? "\n" : ", and nobody waits for them\n");
  }
  if (seen.value("older", 0) > 0) {
    std::cout << "  with a program that reads no stages: " << seen["older"] << " more; these get it with everybody\n";
  }
  if (seen.value("state", "") == "running") {
    std::cout << "  next stage: " << seen.value("soak", 0) / 60
              << " min after this one began, when nobody is missing; who is "
              << "there and\n  does not run it after " << seen.value("deadline", 0) / 3'600 << " h has failed\n";
  }
  for (auto const& [terminal, why] : seen["failed"].items())
    std::cout << "    " << terminal << "  " << why.get<std::string>() << '\n';
  if (auto const why = seen.value("why", ""); !why.empty()) std::cout << why << '\n';
}

Exit ask(Options const& options, char const* what) {
  auto const done = options.office.ask({{"do", std::string{"rollout "} + what}});
  if (!done) return report_error(done.error());
  if (std::string_view{what} == "back") {
    std::cout << "taken back by release " << (*done)["release"] << ", which everybody gets now\n";
    return tell_broker(*done);
  }
  auto const seen = options.office.ask({{"do", "rollout status"}});
  if (!seen) return report_error(seen.error());
  if (options.json) std::cout << seen->dump(2) << '\n';
  if (!options.json) show(*seen);
  if (std::string_view{what} != "status") return tell_broker(*done);
  if (auto const trouble = no_broker(*seen); !trouble.empty()) std::cerr << "note: " << trouble << '\n';
  return Exit::done;
}

void add(CLI::App& rollout, Command& chosen, std::shared_ptr<Options> const& options, char const* what,
         char const* about) {
  auto* const command = rollout.add_subcommand(what, about);
  options->office.add_to(*command);
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &chosen, what] { chosen = [options, what] { return ask(*options, what); }; });
}

}  // namespace

void add_rollout_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const rollout = app.add_subcommand("rollout", "A release in stages, paused when terminals fail");
  rollout->footer(
      "Example:\n  tillcue-hq rollout start --bundle next.bundle --key keys/hq.key.pem --db hq.sqlite \\\n"
      "             --bundles bundles --broker mqtt://127.0.0.1:1883 --chain demo --first till-1\n"
      "  tillcue-hq rollout status --db hq.sqlite");
  rollout->require_subcommand(0, 1);  // none is told by the program
  auto* const command = rollout->add_subcommand("start", "Uploads a bundle and begins its first stage");
  options->publish.add_to(*command);
  command->get_option("--db")->required();
  command->add_option("--control", options->office.control, "Socket of serve; default: DB.control");
  command->add_option("--first", options->first, "Terminals before all others: canaries");
  command->add_option("--stages", options->stages, "Percent of the fleet, rising, up to 100: 10,50,100")
      ->delimiter(',')
      ->check(bad_percent)
      ->capture_default_str();
  command->add_option("--soak", options->soak_minutes, "Minutes a stage lasts at least")
      ->check(whole_in_range(0, 43'200))
      ->capture_default_str();
  command->add_option("--deadline", options->deadline_hours, "Hours after which silence is failure")
      ->check(whole_in_range(1, 8'760))
      ->capture_default_str();
  command->add_option("--spread", options->spread_seconds, "Seconds over which a stage's terminals begin")
      ->check(whole_in_range(0, 604'800))
      ->capture_default_str();
  command->add_option("--tolerance", options->tolerance, "Percent of a stage that may fail (canaries: none)")
      ->check(bad_percent)
      ->capture_default_str();
  command->callback([options, &chosen] { chosen = [options] { return start(*options); }; });
  add(*rollout, chosen, options, "status", "Where it stands and who failed");
  add(*rollout, chosen, options, "pause", "Nobody else begins");
  add(*rollout, chosen, options, "resume", "Goes on with the stage it stood at");
  add(*rollout, chosen, options, "stop", "Ends it: who runs the release goes on, nobody else gets it");
  add(*rollout, chosen, options, "back", "Everybody gets what all had before, under a new number");
}

}  // namespace tillcue::sync
