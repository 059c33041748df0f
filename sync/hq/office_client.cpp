#include "office_client.hpp"

#include <CLI/CLI.hpp>

#include "tillcue/sync/hq_control.hpp"

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

}  // namespace tillcue::sync
