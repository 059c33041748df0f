#include "program_run.hpp"

#include <cstdio>

#include <doctest/doctest.h>
#include <sys/wait.h>

namespace tillcue::models::made {

Run run(std::string const& arguments, std::string const& before) {
  auto const command = "(" + before + "; " + TILLCUE_MODELS_PROGRAM + " " + arguments + ") 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Run result{0, {}};
  char piece[4096];
  while (auto const got = std::fread(piece, 1, sizeof piece, pipe)) result.out.append(piece, got);
  auto const status = ::pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

bool tells(Run const& result, std::string const& part) {
  bool const found = result.out.find(part) != std::string::npos;
  if (!found) MESSAGE(result.out);
  return found;
}

Shop::Shop() {
  auto const sample = run("sample --out " + folder.path() + " --days 10 --customers 200 --baskets-per-day 100");
  REQUIRE_MESSAGE(sample.code == 0, sample.out);
  auto const build =
      run("build --transactions " + folder.file("transactions.csv") + " --items " + folder.file("items.csv") +
          " --campaigns " + folder.file("campaigns.json") + " --out " + bundle);
  REQUIRE_MESSAGE(build.code == 0, build.out);
}

Shop const& shop() {
  static Shop const made;
  return made;
}

}  // namespace tillcue::models::made
