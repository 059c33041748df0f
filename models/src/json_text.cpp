#include "json_text.hpp"

#include <algorithm>
#include <utility>

namespace tillcue::models {
namespace {

using Json = nlohmann::json;

/// The line on which `what` says the fault is, or on which the one token that it quotes stands; 0 when it is open.
std::size_t line_of(std::string_view json, std::string_view what) {
  constexpr std::string_view kAt = "at line ";
  if (auto const at = what.find(kAt); at != std::string_view::npos) {
    std::size_t line = 0;
    for (char const c : what.substr(at + kAt.size())) {
      if (c < '0' || c > '9') break;
      line = line * 10 + static_cast<std::size_t>(c - '0');
    }
    return line;
  }
  auto const open = what.find('\'');
  auto const close = what.rfind('\'');
  if (open == close) return 0;
  auto const token = what.substr(open + 1, close - open - 1);
  auto const found = json.find(token);
  if (found == std::string_view::npos || json.find(token, found + 1) != std::string_view::npos) return 0;
  return 1 +
         static_cast<std::size_t>(std::count(json.begin(), json.begin() + static_cast<std::ptrdiff_t>(found), '\n'));
}

tl::unexpected<Error> no_json(std::string_view json, std::string const& name, std::string_view what) {
  // The library puts its own code in brackets in front.
  if (auto const bracket = what.find("] "); bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
  auto const line = line_of(json, what);
  return fail(Code::invalid,
              name + (line > 0 ? ":" + std::to_string(line) : "") + ": is not JSON: " + std::string(what));
}

}  // namespace

Result<Json> parse_json(std::string_view json, std::string const& name) {
  try {
    return Json::parse(json, nullptr, true, true);
  } catch (Json::out_of_range const& error) {
    return no_json(json, name, std::string(error.what()) + "; write a smaller number");
  } catch (Json::exception const& error) {
    return no_json(json, name, error.what());
  }
}

Error all_problems(std::vector<std::string> const& problems, JsonLines const& lines, std::string const& name) {
  std::vector<std::pair<std::size_t, std::string const*>> sorted;
  for (auto const& problem : problems) sorted.emplace_back(lines.of(problem.substr(0, problem.find(": "))), &problem);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
  std::string text = name + ": " + std::to_string(problems.size()) + (problems.size() == 1 ? " problem" : " problems");
  for (auto const& [line, problem] : sorted) text += "\n  " + name + ":" + std::to_string(line) + ": " + *problem;
  return {Code::invalid, std::move(text)};
}

}  // namespace tillcue::models
