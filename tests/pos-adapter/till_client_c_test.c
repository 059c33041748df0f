#define _POSIX_C_SOURCE 200809L

#include <poll.h>

#include "tillcue/till_client.h"

int till_client_in_c(char const* where);

/* Rings up two lines and waits for the coupon; 0 when it came. */
int till_client_in_c(char const* where) {
  till_client* const till = till_open(where, "c", "c99");
  if (till == 0) return 1;
  int const said = till_begin(till, "c") + till_put(till, 1, "a", 1000, TILL_ANY_PRICE, 0) +
                   till_put(till, 2, "b", 1500, 250, "B") + till_customer(till, "L-1") + till_subtotal(till) +
                   till_finish(till, TILL_NO_TOTAL);
  int coupon = 0;
  for (int n = 0; n < 500 && !coupon; ++n) {
    till_event event;
    while (till_poll(till, &event)) coupon = coupon || event.kind == TILL_COUPON;
    struct pollfd line = {till_descriptor(till), POLLIN, 0};
    poll(&line, 1, 10);
  }
  till_close(till);
  return said == TILL_OK && coupon ? 0 : 2;
}
