#include "made_program.hpp"

#include <cstdio>

#include <doctest/doctest.h>
#include <sys/wait.h>

namespace tillcue::models::made {

ProgramRun run_program(std::string const& arguments, std::string const& before) {
  auto const command = "(" + before + "; " + TILLCUE_MODELS_PROGRAM + " " + arguments + ") 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  ProgramRun result{0, {}};
  char piece[4096];
  while (auto const got = std::fread(piece, 1, sizeof piece, pipe)) result.out.append(piece, got);
  auto const status = ::pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace tillcue::models::made
