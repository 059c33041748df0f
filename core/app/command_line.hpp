#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

/// What the command lines of tillcue-models, tillcue-hq and tillcue-pos have in common.
namespace tillcue {

/// Tells a wrong command line, or shows the help that was asked for; 0 when it was. What was not expected is named in
/// the order it was written in, and before what is required: a mistyped option is the reason why that one is missing.
int tell_wrong_line(CLI::App const& program, CLI::ParseError const& error);

/// Empty: `text` is a whole number within the bounds.
std::string not_whole(std::string const& text, std::int64_t low, std::int64_t high);
/// CLI::Range for whole numbers, in words of our own.
CLI::Validator whole_in_range(std::int64_t low, std::int64_t high);

}  // namespace tillcue
