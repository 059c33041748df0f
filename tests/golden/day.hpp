#pragma once

#include <memory>
#include <string>

#include "tillcue/core/engine.hpp"

namespace golden {

/// A day of sales in the shop of core/decide_world: every decision as its replay record, a space and what was decided.
/// `bundle` must be one of that shop.
std::string day_of(std::shared_ptr<tillcue::Bundle const> bundle);

/// What was decided, in one line.
std::string told(tillcue::Bundle const& bundle, tillcue::Decision const& decision);

}  // namespace golden
