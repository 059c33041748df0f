#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "screen/screen_hub.hpp"

namespace tillcue::pos {

using ScreenRequest = boost::beast::http::request<boost::beast::http::string_body>;
using ScreenResponse = boost::beast::http::response<boost::beast::http::string_body>;

/// The answer to a request that is no WebSocket upgrade. Counts refusals.
[[nodiscard]] ScreenResponse respond(ScreenRequest const& request, ScreenHub& hub);

/// An answer for something that could not be read as a request; the connection ends behind it.
[[nodiscard]] ScreenResponse refuse_syntax(boost::beast::http::status status, std::string text);

/// Why this upgrade is refused; nothing when it may go on.
[[nodiscard]] std::optional<ScreenResponse> refuse_upgrade(ScreenRequest const& request, ScreenHub& hub);

}  // namespace tillcue::pos
