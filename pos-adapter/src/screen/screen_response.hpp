#pragma once

#include <optional>
#include <string>

#include "net/http_connection.hpp"
#include "screen/screen_hub.hpp"

namespace tillcue::pos {

/// The answer to a request that is no WebSocket upgrade. Counts refusals.
[[nodiscard]] HttpResponse screen_response(HttpRequest const& request, ScreenHub& hub);

/// Says why not, and counts it; the connection ends behind it.
[[nodiscard]] HttpResponse refuse(ScreenHub& hub, boost::beast::http::status status, std::string text);

/// Why this upgrade is refused; nothing when it may go on.
[[nodiscard]] std::optional<HttpResponse> refuse_upgrade(HttpRequest const& request, ScreenHub& hub);

}  // namespace tillcue::pos
