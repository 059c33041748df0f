#pragma once

#include <string>

namespace tillcue::models::made {

struct ProgramRun {
  int code;
  std::string out;  ///< with standard error
};

/// Runs `before; tillcue-models arguments` in a shell.
ProgramRun run_program(std::string const& arguments, std::string const& before = ":");

}  // namespace tillcue::models::made
