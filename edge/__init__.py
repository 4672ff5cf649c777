"""The IoT Edge module: camera → person? → picture → spool → picture storage."""
