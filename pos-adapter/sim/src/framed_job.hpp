#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos::sim {

/// A print job as text in a box as wide as the paper, with `title` in its upper edge. UTF-8.
std::string framed_job(std::span<std::byte const> job, PrinterProfile const& profile, std::string const& title);

}  // namespace tillcue::pos::sim
