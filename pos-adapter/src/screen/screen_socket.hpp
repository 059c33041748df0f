#pragma once

#include "net/loop.hpp"
#include "screen/screen_response.hpp"

namespace tillcue::pos {

/// Turns an accepted upgrade request into one cashier screen: it gets the hub's state now and whenever it changes,
/// and may accept and decline. Joins the hub by itself.
void open_screen_socket(TcpSocket socket, HttpRequest request, ScreenHub& hub);

}  // namespace tillcue::pos
