#pragma once

#include <string>

#include "made.hpp"

namespace tillcue::models::made {

struct Run {
  int code;
  std::string out;  ///< with standard error
};

/// The real program with these arguments, in a shell that runs `before` first.
Run run(std::string const& arguments, std::string const& before = ":");
/// Whether it said so; prints what it said when it did not.
bool tells(Run const& result, std::string const& part);

/// A small shop built once for all cases.
struct Shop {
  Folder folder;
  std::string bundle = folder.file("bundle");
  Shop();
};
Shop const& shop();

}  // namespace tillcue::models::made
