/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_H
#define TOOLS_DOCTOR_H

/* `slackapp doctor …`. argv begins behind "doctor". Returns the exit status: 0; 1 for a finding; 2
 * for a wrong command line. */
int doctor_command(int argc, const char **argv);

#endif
