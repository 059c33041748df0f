#include "office_client.hpp"

#include <chrono>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "tillcue/sync/hq_control.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

Code code_named(std::string const& text) {
  for (auto const code : {Code::invalid, Code::not_found, Code::corrupt, Code::unsupported, Code::io, Code::timeout,
                          Code::busy, Code::rejected}) {
    if (name(code) == text) return code;
  }
  return Code::rejected;
}

}  // namespace

void OfficeClient::add_to(CLI::App& command) {
  command.add_option("--db", database, "HQ's database, which `tillcue-hq serve` writes")->required();
  command.add_option("--control", control, "Socket of serve; default: DB.control");
}

Result<nlohmann::json> OfficeClient::ask(nlohmann::json const& request) const {
  auto const line = ask_serve(control.empty() ? control_file(database).string() : control, request.dump());
  if (!line) return tl::unexpected{line.error()};
  auto answer = nlohmann::json::parse(*line, nullptr, false);
  if (!answer.is_object()) return fail(Code::corrupt, "serve answered what is no JSON object");
  if (answer.value("ok", false)) return answer;
  return fail(code_named(answer.value("code", "")), answer.value("error", "serve refused it and did not say why"));
}

void add_wait_option(CLI::App& command, unsigned& wait) {
  command.add_option("--wait", wait, "Seconds to wait for the terminals that are online")
      ->check(whole_in_range(0, 3'600))
      ->capture_default_str();
}

void add_word_options(CLI::App& command, std::string& scope, unsigned& wait) {
  command.add_option("--scope", scope, "all, group:NAME, store:NAME or terminal:NAME")->capture_default_str();
  add_wait_option(command, wait);
}

void tell_note(nlohmann::json const& answer) {
  if (auto const note = answer.value("note", ""); !note.empty()) std::cerr << "note: " << note << '\n';
}

std::string no_broker(nlohmann::json const& answer) {
  auto const since = answer.find("no_broker_since");
  if (since == answer.end()) return {};
  return "serve has no connection to its broker since " +
         to_iso(Timestamp{std::chrono::seconds{since->get<std::int64_t>()}});
}

Exit tell_broker(nlohmann::json const& answer) {
  auto const trouble = no_broker(answer);
  if (trouble.empty()) return Exit::done;
  return report_error({Code::io, trouble + ": no terminal has heard it yet; it is said as soon as the broker is back"});
}

Exit await_holders(OfficeClient const& office, nlohmann::json const& word, unsigned wait) {
  tell_note(word);
  using Clock = std::chrono::steady_clock;
  auto const end = Clock::now() + std::chrono::seconds{wait};
  bool back = false;  // the broker, while we look: terminals come after it
  for (;;) {
    auto const seen = office.ask({{"do", "holders"}, {"word", word["word"]}, {"number", word["number"]}});
    if (!seen) return report_error(seen.error());
    bool const away = seen->contains("no_broker_since");
    back = back || away;
    auto const online = seen->value("online", 0), holding = seen->value("holding", 0);
    bool const over = Clock::now() >= end;
    if ((away || holding < online || (back && online == 0)) && !over) {
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
      continue;
    }
    if (away) return tell_broker(*seen);
    std::cout << holding << " of " << online << " terminals online hold it; who is offline gets it on connecting\n";
    for (auto const& one : (*seen)["refused"]) {
      std::cerr << one.value("terminal", "") << " refused it: " << one.value("why", "") << '\n';
    }
    for (auto const& one : (*seen)["waiting"]) std::cerr << one.get<std::string>() << " has not answered yet\n";
    return holding == online ? Exit::done : Exit::not_everyone;
  }
}

}  // namespace tillcue::sync
