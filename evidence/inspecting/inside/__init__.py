"""What runs inside the closed box, each as a program of its own. Nothing here is imported by the rest of Dadkhah."""
