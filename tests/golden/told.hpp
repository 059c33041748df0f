#pragma once

#include <memory>
#include <string>

#include "tillcue/core/engine.hpp"

namespace golden {

/// What an engine on this bundle decides, line by line: rankings, decisions of every stage, arms and texts.
std::string told(std::shared_ptr<tillcue::Bundle const> bundle);

}  // namespace golden
