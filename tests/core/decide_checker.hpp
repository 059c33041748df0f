#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/decide_world.hpp"

/// The rules once more, in the plainest way and from the source alone: what a decision must never do.
class DecideChecker {
 public:
  DecideChecker(tillcue::BundleSource const& source, world::Moving moving)
      : source_(source), moving_(std::move(moving)) {}

  /// The rules that `decision` breaks, by name.
  std::vector<std::string> broken(tillcue::Sale const& sale, tillcue::Context const& context,
                                  tillcue::Decision const& decision) const;
  /// The offer has been made.
  void made(tillcue::Decision const& decision);

 private:
  class Case;

  tillcue::BundleSource const& source_;
  world::Moving moving_;
  std::map<std::string, tillcue::Allotment> spent_;
};
