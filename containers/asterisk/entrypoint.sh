#!/bin/sh
# The files that Ringback wrote hold passwords: they are made Asterisk's own.
set -e
chown -R asterisk:asterisk /etc/asterisk/ringback /var/spool/asterisk/recording
exec asterisk -f -U asterisk -G asterisk
