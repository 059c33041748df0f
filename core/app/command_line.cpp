#include "app/command_line.hpp"

#include <algorithm>
#include <charconv>

namespace tillcue {

int tell_wrong_line(CLI::App const& program, CLI::ParseError const& error) {
  auto const left = program.remaining(true);
  auto const code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  bool const mistyped = std::any_of(left.begin(), left.end(), [](auto const& word) { return word.front() == '-'; });
  bool const unexpected = code == CLI::ExitCodes::ExtrasError || (code == CLI::ExitCodes::RequiredError && mistyped);
  if (!unexpected || left.empty()) return program.exit(error);
  std::string text =
      left.size() == 1 ? "The following argument was not expected:" : "The following arguments were not expected:";
  for (auto const& word : left) text += ' ' + word;
  return program.exit(CLI::ExtrasError(text, CLI::ExitCodes::ExtrasError));
}

std::string not_whole(std::string const& text, std::int64_t low, std::int64_t high) {
  std::int64_t number = 0;
  auto const* const end = text.data() + text.size();
  auto const [behind, fault] = std::from_chars(text.data(), end, number);
  if (fault == std::errc{} && behind == end && number >= low && number <= high) return {};
  return "'" + text + "' is no whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

CLI::Validator whole_in_range(std::int64_t low, std::int64_t high) {
  return {[low, high](std::string& text) { return not_whole(text, low, high); },
          (low < 0 ? "INT in [" : "UINT in [") + std::to_string(low) + " - " + std::to_string(high) + "]"};
}

}  // namespace tillcue
